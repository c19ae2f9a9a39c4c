namespace Mercure.Actors.Matching;

/// <summary>
/// Templates by their literal prefix. A topic is hashed once, from its start, and at each length that some prefix has, the
/// hash so far is looked up: a topic meets only templates whose prefix it begins with. (Two prefixes with one hash
/// share a chain. That costs a comparison, and the hash is keyed, so nobody can arrange for many.)
/// </summary>
internal sealed class PrefixTable<T>
    where T : class
{
    /// <summary>So many templates of one prefix stay in a processor's cache while updates come; to look at the others is to wait for memory.</summary>
    private const int Cached = 16 * 1024;

    /// <summary>Steps that this costs.</summary>
    private const int Uncached = 32;

    /// <summary>While nothing is limited: so many templates whose ends don't fit are looked at in the time of a step.</summary>
    private const int LooksOfAStep = 4;

    /// <summary>To account for each template would take as long as to look at it.</summary>
    private const int ChargedAtOnce = 4 * 1024;

    private readonly Dictionary<ulong, TemplateOwners<T>> _chains = [];

    /// <summary>Prefix length to the number of templates that have it, in ascending order.</summary>
    private readonly SortedList<int, int> _lengths = [];

    public TemplateOwners<T> Add(TopicSelector selector)
    {
        var prefix = selector.LiteralPrefix;
        var hash = PrefixHash.Of(prefix);
        var owners = new TemplateOwners<T>(selector, prefix.Length, hash);
        Link(owners);
        _lengths[prefix.Length] = _lengths.GetValueOrDefault(prefix.Length) + 1;
        return owners;
    }

    /// <summary>Someone wants a template again that was set aside.</summary>
    public void Restore(TemplateOwners<T> owners)
    {
        owners.IsAside = false;
        if (!owners.IsLinked)
            Link(owners);
    }

    public void Remove(TemplateOwners<T> owners)
    {
        if (owners.IsLinked)
            Unlink(owners);
        if (_lengths[owners.PrefixLength] > 1)
            _lengths[owners.PrefixLength]--;
        else
            _lengths.Remove(owners.PrefixLength);
    }

    /// <summary>Adds the owners of every template that matches; false when the account ended the search.</summary>
    public bool Find(string topic, List<IReadOnlyList<T>> found, MatchingAccount<T>? account)
    {
        var hash = PrefixHash.Start;
        var hashed = 0;
        var lengths = _lengths.Keys;
        for (var index = 0; index < lengths.Count && lengths[index] <= topic.Length; index++)
        {
            for (; hashed < lengths[index]; hashed++)
                hash = PrefixHash.Append(hash, topic[hashed]);
            if (_chains.GetValueOrDefault(hash) is { } chain && !FindIn(chain, topic, found, account))
                return false;
        }

        return true;
    }

    private bool FindIn(TemplateOwners<T> chain, string topic, List<IReadOnlyList<T>> found, MatchingAccount<T>? account)
    {
        var count = 0;
        var looks = 0L;
        for (TemplateOwners<T>? owners = chain, next; owners is not null; owners = next)
        {
            next = owners.Next;
            var price = ++count <= Cached ? 1 : Uncached;
            if (owners.IsAside)
            {
                Unlink(owners);
            }
            else if (account is { IsStrict: true })
            {
                if (CompareWithin(account, owners, topic, price))
                    found.Add(owners);
            }
            else
            {
                if (owners.Selector.Matches(topic, long.MaxValue, out var steps))
                    found.Add(owners);

                // The look itself, then what there is beyond it
                looks += 1 + (LooksOfAStep * (steps - 1 + price - 1));
                if (looks >= ChargedAtOnce * LooksOfAStep && !Charge(account, ref looks))
                    return false;
            }
        }

        return Charge(account, ref looks);
    }

    private static bool Charge(MatchingAccount<T>? account, ref long looks)
    {
        var steps = looks / LooksOfAStep;
        looks = 0;
        return account is null || account.Charge(steps);
    }

    /// <summary>One after the other of those who want the template pays, until somebody's limit is enough, or nobody is left.</summary>
    private static bool CompareWithin(MatchingAccount<T> account, TemplateOwners<T> owners, string topic, int price)
    {
        while (account.LimitFor(owners) is >= 0 and var limit)
        {
            var matches = owners.Selector.Matches(topic, limit, out var taken);
            account.Charge(owners, taken + price);
            if (taken <= limit)
                return matches;
        }

        return false;
    }

    private void Link(TemplateOwners<T> owners)
    {
        owners.IsLinked = true;
        owners.Next = _chains.GetValueOrDefault(owners.PrefixHash);
        if (owners.Next is { } head)
            head.Previous = owners;

        _chains[owners.PrefixHash] = owners;
    }

    private void Unlink(TemplateOwners<T> owners)
    {
        if (owners.Next is { } next)
            next.Previous = owners.Previous;
        if (owners.Previous is { } previous)
            previous.Next = owners.Next;
        else if (owners.Next is { } head)
            _chains[owners.PrefixHash] = head;
        else
            _chains.Remove(owners.PrefixHash);

        owners.Next = owners.Previous = null;
        owners.IsLinked = false;
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
