using Mercure.Actors.Log;

namespace Mercure.Actors.Live;

/// <summary>The newest rows of the log, without a hole: catching up ends here, in memory.</summary>
internal sealed class RecentBatches(long maxUpdates, long maxBytes)
{
    private readonly LinkedList<LogBatch> _batches = new();
    private long _updates;
    private long _bytes;

    /// <summary>The newest row; -1 when it holds none.</summary>
    public long Newest => _batches.Last?.Value.SequenceNumber ?? -1;

    /// <summary>Adds a row; one that does not follow the last begins anew.</summary>
    public void Add(LogBatch batch)
    {
        if (_batches.Last is { } last && last.Value.SequenceNumber + 1 != batch.SequenceNumber)
            Clear();

        _batches.AddLast(batch);
        _updates += batch.Updates.Count;
        _bytes += batch.Bytes;
        while (_batches.Count > 1 && (_updates > maxUpdates || _bytes > maxBytes))
            DropOldest();
    }

    /// <summary>Whether it holds every row from this one to the newest.</summary>
    public bool Reaches(long row) => _batches.First is { } first && first.Value.SequenceNumber <= row;

    /// <summary>The rows from this one on, oldest first, until they hold this many bytes; at least one. Call when it reaches the row.</summary>
    public IReadOnlyList<LogBatch> From(long row, long bytes)
    {
        var node = _batches.Last!;
        while (node.Value.SequenceNumber > row && node.Previous is { } previous)
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
        _updates -= _batches.First!.Value.Updates.Count;
        _bytes -= _batches.First.Value.Bytes;
        _batches.RemoveFirst();
    }

    private void Clear()
    {
        _batches.Clear();
        _updates = _bytes = 0;
    }
}
