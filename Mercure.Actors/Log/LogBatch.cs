using Mercure.Actors.Updates;

namespace Mercure.Actors.Log;

/// <summary>A committed row as readers see it: its updates with their places and ids. Shared by everyone on the node.</summary>
public sealed class LogBatch
{
    private LogBatch(long sequenceNumber, BatchWritten written, StoredUpdate[] updates)
    {
        SequenceNumber = sequenceNumber;
        Written = written;
        EpochNonce = written.EpochNonce;
        Time = written.Time;
        Updates = updates;
        foreach (var update in updates)
            Bytes += update.Update.Size();
    }

    public long SequenceNumber { get; }

    public ulong EpochNonce { get; }

    public DateTimeOffset Time { get; }

    /// <summary>Size of its updates, by <see cref="UpdateSize"/>.</summary>
    public long Bytes { get; }

    public IReadOnlyList<StoredUpdate> Updates { get; }

    /// <summary>The row as it is stored.</summary>
    internal BatchWritten Written { get; }

    /// <summary>The row with this sequence number, its hub-generated ids spelled out.</summary>
    /// <param name="sequenceNumber">Of the row.</param>
    /// <param name="written">The row, or some entries of it.</param>
    /// <param name="ids">The log's key.</param>
    /// <param name="places">Where each entry stands in the row; null or empty when all are there.</param>
    public static LogBatch Of(long sequenceNumber, BatchWritten written, UpdateIds ids, IReadOnlyList<EntryPlace>? places = null)
    {
        var entries = written.Entries;
        var updates = new List<StoredUpdate>(entries.Count);
        for (var index = 0; index < entries.Count; index++)
        {
            if (entries[index] is not LogEntry.Published { Update: var update })
                continue;

            var place = places is { Count: > 0 } ? places[index] : new EntryPlace(index, updates.Count);
            var position = new Position(sequenceNumber, place.Index);
            var id = update.Id ?? ids.Encode(position, written.EpochNonce, update.Generation);
            updates.Add(new StoredUpdate(position, written.FirstOrdinal + place.Ordinal, id, update));
        }

        return new LogBatch(sequenceNumber, written, [.. updates]);
    }
    /// <summary>The same row with only these of its updates.</summary>
    public LogBatch Only(StoredUpdate[] updates) => new(SequenceNumber, Written, updates);
}

/// <summary>Where an entry stands in its row.</summary>
/// <param name="Index">Among all entries.</param>
/// <param name="Ordinal">How many updates the row has before it.</param>
public readonly record struct EntryPlace(int Index, int Ordinal);
