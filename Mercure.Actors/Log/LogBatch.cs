using Mercure.Actors.Updates;

namespace Mercure.Actors.Log;

/// <summary>A committed row as readers see it: its updates with their places and ids. Shared by everyone on the node.</summary>
public sealed class LogBatch
{
    private LogBatch(long sequenceNumber, BatchWritten written, StoredUpdate[] updates)
    {
        SequenceNumber = sequenceNumber;
        EpochNonce = written.EpochNonce;
        Time = written.Time;
        NextOrdinal = written.FirstOrdinal + updates.Length;
        Updates = updates;
        foreach (var update in updates)
            Bytes += update.Update.Size();
    }

    public long SequenceNumber { get; }

    public ulong EpochNonce { get; }

    public DateTimeOffset Time { get; }

    /// <summary>How many updates the log held after this row.</summary>
    public long NextOrdinal { get; }

    /// <summary>Size of its updates, by <see cref="UpdateSize"/>.</summary>
    public long Bytes { get; }

    public IReadOnlyList<StoredUpdate> Updates { get; }

    /// <summary>The row with this sequence number, its hub-generated ids spelled out.</summary>
    public static LogBatch Of(long sequenceNumber, BatchWritten written, UpdateIds ids)
    {
        var entries = written.Entries;
        var updates = new List<StoredUpdate>(entries.Count);
        for (var index = 0; index < entries.Count; index++)
        {
            if (entries[index] is not LogEntry.Published { Update: var update })
                continue;

            var position = new Position(sequenceNumber, index);
            var id = update.Id ?? ids.Encode(position, written.EpochNonce, update.Generation);
            updates.Add(new StoredUpdate(position, written.FirstOrdinal + updates.Count, id, update));
        }

        return new LogBatch(sequenceNumber, written, [.. updates]);
    }
}
