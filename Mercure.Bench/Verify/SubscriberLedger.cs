namespace Mercure.Bench.Verify;

/// <summary>What one subscriber has received: nothing missing, nothing twice, nothing late (see <see cref="TopicLog"/> for the rest).</summary>
/// <param name="log">The topic it reads.</param>
/// <param name="publishers">How many publishers there are.</param>
internal sealed class SubscriberLedger(TopicLog log, int publishers)
{
    private readonly uint[] _next = new uint[publishers];
    private HashSet<ulong>? _missing;
    private int _cursor;

    /// <summary>Files an event.</summary>
    /// <param name="publisher">Below the number of publishers.</param>
    /// <param name="sequence">Counts the publisher's updates to this topic.</param>
    /// <param name="id">A hash of the event's id.</param>
    public Verdict Read(int publisher, uint sequence, ulong id)
    {
        var key = ((ulong)(uint)publisher << 32) | sequence;
        var own = Verdict.Good;
        ref var next = ref _next[publisher];
        if (sequence == next)
            next++;
        else if (sequence > next)
            Skip(publisher, ref next, sequence);
        else if (_missing?.Remove(key) == true)
            own = Verdict.OutOfOrder;
        else
            return Verdict.Duplicate;

        var common = log.Read(ref _cursor, key, id);
        return own == Verdict.Good ? common : own;
    }

    /// <summary>Whether everything up to <paramref name="sent"/> has come. Cheap; may be asked from another thread.</summary>
    public bool HasAll(int publisher, uint sent) => Volatile.Read(ref _next[publisher]) >= sent;

    /// <summary>Updates of a publisher that have not come, of the first <paramref name="sent"/> and acknowledged.</summary>
    public long Lost(int publisher, uint sent, Func<uint, bool> isAcknowledged)
    {
        var lost = 0L;
        for (var sequence = _next[publisher]; sequence < sent; sequence++)
            lost += isAcknowledged(sequence) ? 1 : 0;
        foreach (var key in _missing ?? [])
            lost += (int)(key >> 32) == publisher && isAcknowledged((uint)key) ? 1 : 0;
        return lost;
    }

    private void Skip(int publisher, ref uint next, uint sequence)
    {
        _missing ??= [];
        for (; next < sequence; next++)
            _missing.Add(((ulong)(uint)publisher << 32) | next);
        next++;
    }
}
