namespace Mercure.Bench.Verify;

/// <summary>What went wrong with deliveries. Any of the first five makes the run fail. Used by one thread at a time.</summary>
internal sealed class Faults
{
    public long Lost { get; set; }

    public long Duplicated { get; private set; }

    public long OutOfOrder { get; private set; }

    /// <summary>An id given twice, or another id for another subscriber, or none.</summary>
    public long BadIds { get; private set; }

    /// <summary>Events that carry no stamp, another topic's, or not as many bytes as were sent.</summary>
    public long Malformed { get; set; }

    /// <summary>Streams that ended before the run did.</summary>
    public long Disconnected { get; set; }

    public bool Any => Lost + Duplicated + OutOfOrder + BadIds + Malformed > 0;

    public void Add(Verdict verdict)
    {
        switch (verdict)
        {
            case Verdict.Good:
                return;
            case Verdict.Duplicate:
                Duplicated++;
                return;
            case Verdict.OutOfOrder:
                OutOfOrder++;
                return;
            default:
                BadIds++;
                return;
        }
    }
}
