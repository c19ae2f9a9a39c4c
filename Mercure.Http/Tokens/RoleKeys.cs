using Mercure.Actors.Updates;

namespace Mercure.Http.Tokens;

/// <summary>Where the keys of a role come from: the settings, files that may change, or the URL of a set that may change.</summary>
public sealed class RoleKeys
{
    private readonly IReadOnlyList<TokenKey> _fixed = [];
    private readonly IReadOnlyList<KeyFileContent> _files = [];
    private readonly Uri? _jwkSet;
    private readonly string? _algorithm;

    /// <param name="keys">Each of which verifies tokens: several while one replaces another.</param>
    public RoleKeys(params IReadOnlyList<TokenKey> keys) => _fixed = keys;

    /// <param name="jwkSet">Of a JSON Web Key Set: <c>https:</c>, <c>http:</c> or <c>file:</c>.</param>
    /// <param name="algorithm">The only one that tokens may have; null for every one that fits a key.</param>
    public RoleKeys(Uri jwkSet, string? algorithm = null) => (_jwkSet, _algorithm) = (jwkSet, algorithm);

    internal RoleKeys(IReadOnlyList<TokenKey> keys, IReadOnlyList<KeyFileContent> files) => (_fixed, _files) = (keys, files);

    /// <summary>The keys at the start; none when they are a set.</summary>
    public IReadOnlyList<TokenKey> Keys => [.. _fixed, .. _files.SelectMany(static file => file.Keys)];

    /// <summary>The keys of both roles; those of one setting are the same, so that its changes are logged once.</summary>
    internal static (ITokenKeys Publisher, ITokenKeys Subscriber) Open(RoleKeys publisher, RoleKeys subscriber, KeyContext context)
    {
        var keys = publisher.Open(context);
        return (keys, ReferenceEquals(publisher, subscriber) ? keys : subscriber.Open(context));
    }

    private ITokenKeys Open(KeyContext context)
    {
        if (_jwkSet is not null)
            return new JwkSetKeys(_jwkSet, _algorithm, JwkSetReader.ReadAsync, context);

        var keys = _files.Count > 0 ? new FileKeys(_fixed, _files, context) : (ITokenKeys)KeySet.Of(Keys);
        context.Shared.Set(keys, context.Generation, Keys);
        return keys;
    }
}

/// <summary>What keys that change depend on.</summary>
internal sealed record KeyContext(SharedKeys Shared, Generation Generation, TimeProvider Clock, ILogger Log);
