using Microsoft.IdentityModel.Tokens;

namespace Mercure.Http.Tokens;

/// <summary>Where a role's keys come from.</summary>
internal interface ITokenKeys
{
    /// <summary>The keys that count now, without waiting; null when none could be loaded yet. A cached token goes with the set that verified it.</summary>
    KeySet? Current { get; }

    /// <summary>The keys that count now; null when they can't be loaded.</summary>
    ValueTask<KeySet?> GetAsync();

    /// <summary>For a token signed with a key of a name that <see cref="GetAsync"/> did not have: the keys, after a look for newer ones.</summary>
    ValueTask<KeySet?> FindAsync(string keyId);
}

/// <summary>
/// The keys of one role at one time. A token names its algorithm and may name its key, and is verified with those keys alone
/// that have this name and fit this algorithm.
/// </summary>
internal sealed class KeySet : ITokenKeys
{
    private readonly Dictionary<(string Algorithm, string? KeyId), SecurityKey[]> _candidates = [];
    private readonly HashSet<string>? _keyIds;

    /// <summary>A set of keys with names. One without a name verifies tokens that name none.</summary>
    public KeySet(IReadOnlyCollection<(string? KeyId, TokenKey Key)> keys)
    {
        _keyIds = keys.Where(static key => key.KeyId is not null).Select(static key => key.KeyId!).ToHashSet(StringComparer.Ordinal);
        var all = keys.SelectMany(static key => key.Key.Keys, static (key, pair) => (key.KeyId, Algorithm: pair.Key, Key: pair.Value)).ToList();
        foreach (var named in all.Where(static key => key.KeyId is not null).GroupBy(static key => (key.Algorithm, key.KeyId)))
            _candidates.Add(named.Key, [.. named.Select(static key => key.Key)]);
        // RFC 7515, 4.1.4: a token need not say which key it was signed with
        foreach (var fitting in all.GroupBy(static key => key.Algorithm, StringComparer.Ordinal))
            _candidates.Add((fitting.Key, null), [.. fitting.Select(static key => key.Key)]);
        Algorithms = string.Join(", ", all.Select(static key => key.Algorithm).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
    }

    private KeySet(IReadOnlyCollection<TokenKey> keys)
        : this([.. keys.Select(static key => ((string?)null, key))]) => _keyIds = null;

    /// <summary>The algorithms that a token may be signed with, for people.</summary>
    public string Algorithms { get; }

    public bool IsEmpty => _candidates.Count == 0;

    public KeySet Current => this;

    /// <summary>The keys of a setting, which verify every token, whatever key that names.</summary>
    public static KeySet Of(params IReadOnlyCollection<TokenKey> keys) => new(keys);

    public bool Knows(string? keyId) => keyId is null || _keyIds is null || _keyIds.Contains(keyId);

    /// <summary>What verifies a token that says it is signed so; null when no key of that name fits the algorithm.</summary>
    public IReadOnlyList<SecurityKey>? KeysFor(string algorithm, string? keyId) =>
        _candidates.GetValueOrDefault((algorithm, _keyIds is null ? null : keyId));

    ValueTask<KeySet?> ITokenKeys.GetAsync() => new(this);

    ValueTask<KeySet?> ITokenKeys.FindAsync(string keyId) => new(this);
}
