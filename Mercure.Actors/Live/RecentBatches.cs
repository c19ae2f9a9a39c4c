using Mercure.Actors.Log;

namespace Mercure.Actors.Live;

/// <summary>
/// The newest rows of the log: catching up ends here, in memory. Without a hole, but for rows, or updates, that the link left
/// out because nobody on this node wanted them then.
/// </summary>
internal sealed class RecentBatches(long maxUpdates, long maxBytes)
{
    private readonly LinkedList<LogBatch> _batches = new();
    private long _first;
    private long _updates;
    private long _bytes;

    /// <summary>The newest row; before the first when it holds none.</summary>
    public long Newest { get; private set; } = -1;

    /// <summary>Begins anew with this row.</summary>
    public void Begin(long row)
    {
        _batches.Clear();
        _updates = _bytes = 0;
        _first = row;
        Newest = row - 1;
    }

    /// <summary>Adds a row, unless it is known; those between the newest and it have nothing for this node.</summary>
    public void Add(LogBatch batch)
    {
        if (batch.SequenceNumber <= Newest)
            return;

        Newest = batch.SequenceNumber;
        _batches.AddLast(batch);
        _updates += batch.Updates.Count;
        _bytes += batch.Bytes;
        while (_batches.Count > 1 && (_updates > maxUpdates || _bytes > maxBytes))
            DropOldest();
    }

    /// <summary>The rows up to this one have nothing more for this node.</summary>
    public void SkipTo(long row) => Newest = Math.Max(Newest, row);

    /// <summary>Whether it holds every row from this one to the newest.</summary>
    public bool Reaches(long row) => _first <= row;

    /// <summary>The rows from this one on, oldest first, until they hold this many bytes; none when all that follow have nothing for this node.</summary>
    public IReadOnlyList<LogBatch> From(long row, long bytes)
    {
        var node = _batches.Last;
        if (node is null || node.Value.SequenceNumber < row)
            return [];

        while (node.Previous is { } previous && previous.Value.SequenceNumber >= row)
            node = previous;

        var taken = new List<LogBatch>();
        for (var next = node; next is not null && (taken.Count == 0 || bytes > 0); next = next.Next)
        {
            taken.Add(next.Value);
            bytes -= next.Value.Bytes;
        }

        return taken;
    }

    private void DropOldest()
    {
        var oldest = _batches.First!.Value;
        _updates -= oldest.Updates.Count;
        _bytes -= oldest.Bytes;
        _batches.RemoveFirst();
        _first = oldest.SequenceNumber + 1;
    }
}
