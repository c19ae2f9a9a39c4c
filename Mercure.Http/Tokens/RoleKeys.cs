namespace Mercure.Http.Tokens;

/// <summary>Where the keys of a role come from: one key, or the URL of a set that may change.</summary>
public sealed record RoleKeys
{
    private readonly TokenKey? _key;
    private readonly Uri? _jwkSet;

    public RoleKeys(TokenKey key) => _key = key;

    /// <param name="jwkSet">Of a JSON Web Key Set: <c>https:</c>, <c>http:</c> or <c>file:</c>.</param>
    public RoleKeys(Uri jwkSet) => _jwkSet = jwkSet;

    /// <summary>Null when they are a set.</summary>
    public TokenKey? Key => _key;

    internal ITokenKeys Open(TimeProvider clock, ILogger log) =>
        _key is not null ? KeySet.Of(_key) : new JwkSetKeys(_jwkSet!, JwkSetReader.ReadAsync, clock, log);
}
