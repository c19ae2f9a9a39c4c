using Mercure.Actors.Updates;

namespace Mercure.Http.Tokens;

/// <summary>
/// The keys that count now, by generation of the protocol. A key that counts in one of them does not come to count in another: a
/// token that is narrow in one would be wide there. Those of the settings are compared at the start; this is for keys that change later.
/// </summary>
/// <param name="areAllowed">Whether keys may be shared after all.</param>
internal sealed class SharedKeys(bool areAllowed)
{
    public const string Problem = "it is a key of another generation of the protocol, where a token may allow something else; MERCURE_ALLOW_SHARED_KEYS=1 allows that";

    private readonly Lock _lock = new();
    private readonly Dictionary<object, (Generation Generation, IReadOnlyList<TokenKey> Keys)> _owned = [];

    /// <summary>Records keys that were compared before.</summary>
    public void Set(object owner, Generation generation, IReadOnlyList<TokenKey> keys)
    {
        lock (_lock)
            _owned[owner] = (generation, keys);
    }

    /// <summary>Records the keys instead of the owner's earlier ones, unless one of them counts in another generation.</summary>
    public bool TryReplace(object owner, Generation generation, IReadOnlyList<TokenKey> keys)
    {
        lock (_lock)
        {
            if (keys.Any(key => IsForeign(generation, key)))
                return false;
            _owned[owner] = (generation, keys);
            return true;
        }
    }

    /// <summary>Records those of the keys, instead of the owner's earlier ones, that count in no other generation.</summary>
    public IReadOnlyList<TokenKey> Replace(object owner, Generation generation, IEnumerable<TokenKey> keys)
    {
        lock (_lock)
        {
            TokenKey[] free = [.. keys.Where(key => !IsForeign(generation, key))];
            _owned[owner] = (generation, free);
            return free;
        }
    }

    private bool IsForeign(Generation generation, TokenKey key) =>
        !areAllowed && _owned.Values.Any(other => other.Generation != generation && other.Keys.Any(key.IsSameAs));
}
