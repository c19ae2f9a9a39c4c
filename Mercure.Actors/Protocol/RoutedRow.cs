using Mercure.Actors.Log;
using Mercure.Actors.Presence;

namespace Mercure.Actors.Protocol;

/// <summary>
/// A committed row on its way to a node, or the part of it that concerns the node. Within a process it is the writer's own
/// batch, frames included; what came from another node spells out the ids by itself.
/// </summary>
internal sealed class RoutedRow
{
    private readonly BatchWritten _written;
    private readonly IReadOnlyList<EntryPlace> _places;
    private LogBatch? _batch;

    public RoutedRow(LogBatch batch)
    {
        SequenceNumber = batch.SequenceNumber;
        _batch = batch;
        _written = batch.Written;
        _places = [];
    }

    /// <param name="sequenceNumber">Of the row.</param>
    /// <param name="written">What of it has come.</param>
    /// <param name="places">Where each of its entries stands in the stored row; empty for the whole row.</param>
    internal RoutedRow(long sequenceNumber, BatchWritten written, IReadOnlyList<EntryPlace> places)
    {
        SequenceNumber = sequenceNumber;
        _written = written;
        _places = places;
    }

    public long SequenceNumber { get; }

    /// <summary>Its updates, with the ids of this log.</summary>
    public LogBatch Batch(UpdateIds ids, ISubscriptionEvents? events = null) => _batch ??= LogBatch.Of(SequenceNumber, _written, ids, events, _places);

    /// <summary>What crosses to another node: the entries that are updates, and their places unless that is the whole row.</summary>
    internal (BatchWritten Written, IReadOnlyList<EntryPlace> Places) ToParts()
    {
        if (_batch is null)
            return (_written, _places);

        // A fact about a subscription may be shown as several updates.
        var updates = _batch.Updates.DistinctBy(update => update.Position).ToList();
        var isWhole = updates.Count == _written.Entries.Count;
        var sent = _written with
        {
            Requests = [],
            Entries = isWhole ? _written.Entries : [.. updates.Select(update => _written.Entries[update.Position.Index])],
        };
        return (sent, isWhole ? [] : [.. updates.Select(update => new EntryPlace(update.Position.Index, (int)(update.Ordinal - _written.FirstOrdinal)))]);
    }
}
