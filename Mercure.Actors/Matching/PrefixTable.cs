namespace Mercure.Actors.Matching;

/// <summary>
/// Templates by their literal prefix. A topic is hashed once, from its start, and at each length that some prefix has, the
/// hash so far is looked up: a topic meets only templates whose prefix it begins with. (Two prefixes with one hash
/// share a chain. That costs a comparison, and the hash is keyed, so nobody can arrange for many.)
/// </summary>
internal sealed class PrefixTable<T>
    where T : class
{
    private readonly Dictionary<ulong, TemplateOwners<T>> _chains = [];

    /// <summary>Prefix length to the number of templates that have it, in ascending order.</summary>
    private readonly SortedList<int, int> _lengths = [];

    public TemplateOwners<T> Add(TopicSelector selector)
    {
        var prefix = selector.LiteralPrefix;
        var hash = PrefixHash.Of(prefix);
        var owners = new TemplateOwners<T>(selector, prefix.Length, hash);
        if (_chains.TryGetValue(hash, out var head))
        {
            owners.Next = head;
            head.Previous = owners;
        }

        _chains[hash] = owners;
        _lengths[prefix.Length] = _lengths.GetValueOrDefault(prefix.Length) + 1;
        return owners;
    }

    public void Remove(TemplateOwners<T> owners)
    {
        if (owners.Next is { } next)
            next.Previous = owners.Previous;
        if (owners.Previous is { } previous)
            previous.Next = owners.Next;
        else if (owners.Next is { } head)
            _chains[owners.PrefixHash] = head;
        else
            _chains.Remove(owners.PrefixHash);

        if (_lengths[owners.PrefixLength] > 1)
            _lengths[owners.PrefixLength]--;
        else
            _lengths.Remove(owners.PrefixLength);
    }

    /// <summary>Adds the owners of every template that matches.</summary>
    public void Find(string topic, List<IReadOnlyList<T>> found)
    {
        var hash = PrefixHash.Start;
        var hashed = 0;
        var lengths = _lengths.Keys;
        for (var index = 0; index < lengths.Count && lengths[index] <= topic.Length; index++)
        {
            for (; hashed < lengths[index]; hashed++)
                hash = PrefixHash.Append(hash, topic[hashed]);
            for (var owners = _chains.GetValueOrDefault(hash); owners is not null; owners = owners.Next)
            {
                if (owners.Selector.Matches(topic))
                    found.Add(owners);
            }
        }
    }
}

/// <summary>A hash that grows character by character, keyed at start against prefixes made to collide.</summary>
internal static class PrefixHash
{
    private static readonly ulong Factor = unchecked((ulong)Random.Shared.NextInt64()) | 1UL << 63 | 1UL;

    public static ulong Start { get; } = unchecked((ulong)Random.Shared.NextInt64());

    public static ulong Append(ulong hash, char character)
    {
        var high = Math.BigMul(hash ^ character, Factor, out var low);
        return high ^ low;
    }

    public static ulong Of(ReadOnlySpan<char> text)
    {
        var hash = Start;
        foreach (var character in text)
            hash = Append(hash, character);
        return hash;
    }
}
