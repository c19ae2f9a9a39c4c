using Microsoft.IdentityModel.Tokens;

namespace Mercure.Http.Tokens;

/// <summary>Where a role's keys come from.</summary>
internal interface ITokenKeys
{
    /// <summary>The keys that count now, without waiting; null when none could be loaded yet. A cached token goes with the set that verified it.</summary>
    KeySet? Current { get; }

    /// <summary>The keys that count now; null when they can't be loaded.</summary>
    ValueTask<KeySet?> GetAsync();

    /// <summary>For a token signed with a key that <paramref name="known"/> does not hold: newer keys, if it is time to look for them.</summary>
    ValueTask<KeySet?> RenewAsync(KeySet known);
}

/// <summary>
/// The keys of one role at one time. A token names its algorithm and may name its key, and is verified with those keys alone
/// that have this name and fit this algorithm.
/// </summary>
internal sealed class KeySet : ITokenKeys
{
    private readonly Dictionary<(string Algorithm, string? KeyId), TokenValidationParameters> _parameters = [];
    private readonly HashSet<string>? _keyIds;

    /// <summary>A set of keys with names. One without a name verifies tokens that name none.</summary>
    public KeySet(IReadOnlyCollection<(string? KeyId, TokenKey Key)> keys)
    {
        _keyIds = keys.Where(static key => key.KeyId is not null).Select(static key => key.KeyId!).ToHashSet(StringComparer.Ordinal);
        var all = keys.SelectMany(static key => key.Key.Keys, static (key, pair) => (key.KeyId, Algorithm: pair.Key, Key: pair.Value)).ToList();
        foreach (var named in all.Where(static key => key.KeyId is not null).GroupBy(static key => (key.Algorithm, key.KeyId)))
            _parameters.Add(named.Key, ParametersFor(named.Key.Algorithm, named.Select(static key => key.Key)));
        // RFC 7515, 4.1.4: a token need not say which key it was signed with
        foreach (var fitting in all.GroupBy(static key => key.Algorithm, StringComparer.Ordinal))
            _parameters.Add((fitting.Key, null), ParametersFor(fitting.Key, fitting.Select(static key => key.Key)));
        Algorithms = string.Join(", ", all.Select(static key => key.Algorithm).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
    }

    private KeySet(TokenKey key)
        : this([(null, key)]) => _keyIds = null;

    /// <summary>The algorithms that a token may be signed with, for people.</summary>
    public string Algorithms { get; }

    public KeySet Current => this;

    /// <summary>The one key of a setting, which verifies every token, whatever key that names.</summary>
    public static KeySet Of(TokenKey key) => new(key);

    public bool Knows(string? keyId) => keyId is null || _keyIds is null || _keyIds.Contains(keyId);

    /// <summary>How to verify a token that says it is signed so; null when no key of that name fits the algorithm.</summary>
    public TokenValidationParameters? ParametersFor(string algorithm, string? keyId) =>
        _parameters.GetValueOrDefault((algorithm, _keyIds is null ? null : keyId));

    ValueTask<KeySet?> ITokenKeys.GetAsync() => new(this);

    ValueTask<KeySet?> ITokenKeys.RenewAsync(KeySet known) => new(this);

    private static TokenValidationParameters ParametersFor(string algorithm, IEnumerable<SecurityKey> keys) => new()
    {
        IssuerSigningKeys = [.. keys],
        ValidAlgorithms = [algorithm],
        RequireSignedTokens = true,
        // Chosen above, by name and algorithm
        TryAllIssuerSigningKeys = true,
        // Checked by TokenVerifier, with the hub's clock
        ValidateLifetime = false,
        RequireExpirationTime = false,
        // Generations before 1.0 know neither
        ValidateIssuer = false,
        ValidateAudience = false,
    };
}
