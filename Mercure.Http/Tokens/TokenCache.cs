using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Mercure.Http.Tokens;

/// <summary>
/// At most <c>capacity</c> tokens, in two halves: new ones and those in use go to the young half; when it is full, it
/// becomes the old one and what nobody asked for meanwhile is gone. A look-up allocates nothing and takes no lock.
/// </summary>
internal sealed class TokenCache<TValue>(int capacity)
    where TValue : class
{
    private readonly Lock _turning = new();
    private Half _young = new();
    private Half _old = new();

    public int Count => _young.Entries.Count + _old.Entries.Count;

    public bool TryGet(ReadOnlySpan<char> token, [NotNullWhen(true)] out TValue? value)
    {
        if (_young.ByText.TryGetValue(token, out value))
            return true;
        if (!_old.ByText.TryGetValue(token, out var key, out value))
            return false;

        Add(key, value);
        return true;
    }

    public void Add(string token, TValue value)
    {
        lock (_turning)
        {
            if (_young.Entries.Count >= capacity / 2)
            {
                _old = _young;
                _young = new Half();
            }

            _young.Entries[token] = value;
        }
    }

    private sealed class Half
    {
        public Half() => ByText = Entries.GetAlternateLookup<ReadOnlySpan<char>>();

        public ConcurrentDictionary<string, TValue> Entries { get; } = new(StringComparer.Ordinal);

        public ConcurrentDictionary<string, TValue>.AlternateLookup<ReadOnlySpan<char>> ByText { get; }
    }
}
