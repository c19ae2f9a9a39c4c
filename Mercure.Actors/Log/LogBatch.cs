using Mercure.Actors.Presence;
using Mercure.Actors.Updates;

namespace Mercure.Actors.Log;

/// <summary>A committed row as readers see it: its updates with their places and ids. Shared by everyone on the node.</summary>
internal sealed class LogBatch
{
    private LogBatch(long sequenceNumber, BatchWritten written, StoredUpdate[] updates)
    {
        SequenceNumber = sequenceNumber;
        Written = written;
        EpochNonce = written.EpochNonce;
        Updates = updates;
        foreach (var update in updates)
            Bytes += update.Update.Size();
    }

    public long SequenceNumber { get; }

    public ulong EpochNonce { get; }

    /// <summary>Size of its updates, by <see cref="UpdateSize"/>.</summary>
    public long Bytes { get; }

    public IReadOnlyList<StoredUpdate> Updates { get; }

    /// <summary>The row as it is stored.</summary>
    internal BatchWritten Written { get; }

    /// <summary>The row with this sequence number, its hub-generated ids spelled out.</summary>
    /// <param name="sequenceNumber">Of the row.</param>
    /// <param name="written">The row, or some entries of it.</param>
    /// <param name="ids">The log's key.</param>
    /// <param name="events">How facts about subscriptions are shown; null when they are not.</param>
    /// <param name="places">Where each entry stands in the row; null or empty when all are there.</param>
    public static LogBatch Of(
        long sequenceNumber, BatchWritten written, UpdateIds ids, ISubscriptionEvents? events = null, IReadOnlyList<EntryPlace>? places = null)
    {
        var entries = written.Entries;
        var updates = new List<StoredUpdate>(entries.Count);
        var published = 0;
        for (var index = 0; index < entries.Count; index++)
        {
            var place = places is { Count: > 0 } ? places[index] : new EntryPlace(index, published);
            var position = new Position(sequenceNumber, place.Index);
            var ordinal = written.FirstOrdinal + place.Ordinal;
            if (entries[index] is LogEntry.Published { Update: var update })
            {
                published++;
                updates.Add(new StoredUpdate(position, ordinal, update.Id ?? ids.Encode(position, written.EpochNonce, update.Generation), update));
            }
            else if (events is not null)
            {
                foreach (var shown in Render(entries[index], events))
                    updates.Add(new StoredUpdate(position, ordinal, ids.Encode(position, written.EpochNonce, shown.Generation), shown, isSubscriptionEvent: true));
            }
        }

        return new LogBatch(sequenceNumber, written, [.. updates]);
    }

    /// <summary>The same row with only these of its updates.</summary>
    public LogBatch Only(StoredUpdate[] updates) => new(SequenceNumber, Written, updates);

    private static IReadOnlyList<Update> Render(LogEntry entry, ISubscriptionEvents events) => entry switch
    {
        LogEntry.SubscriptionStarted started => events.Render(started.Subscription, isActive: true),
        LogEntry.SubscriptionEnded ended => events.Render(ended.Subscription, isActive: false),
        _ => [],
    };
}

/// <summary>Where an entry stands in its row.</summary>
/// <param name="Index">Among all entries.</param>
/// <param name="Ordinal">How many updates the row has before it.</param>
internal readonly record struct EntryPlace(int Index, int Ordinal);
