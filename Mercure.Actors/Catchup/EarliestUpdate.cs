using Mercure.Actors.Hosting;
using Mercure.Actors.Log;
using Mercure.Actors.Updates;

namespace Mercure.Actors.Catchup;

/// <summary>
/// Finds where the history begins: the oldest update that <c>HISTORY_SIZE</c> lets anyone see, which is not the oldest row, since
/// rows are deleted later. A binary search over the rows' ordinals: a few rows are read however long the log is.
/// </summary>
internal sealed class EarliestUpdate(IHubStore store, HubOptions options, LogHead head)
{
    /// <summary>The position before it; the head when the log is empty.</summary>
    public async Task<Position?> FindAsync()
    {
        var ordinal = options.HistorySize == 0 ? 0 : Math.Max(0, head.NextOrdinal - options.HistorySize);
        if (await FirstRowFromAsync(1) is not { } row)
            return Position.EndOf(head.SequenceNumber);

        // The row is the last known one that begins at or before the ordinal, or the oldest; the wanted one is before `end`.
        var end = head.SequenceNumber + 1;
        while (end - row.SequenceNumber > 1 && row.Batch.FirstOrdinal < ordinal)
        {
            var middle = row.SequenceNumber + ((end - row.SequenceNumber) / 2);
            if (await FirstRowFromAsync(middle) is { } later && later.SequenceNumber < end && later.Batch.FirstOrdinal <= ordinal)
                row = later;
            else
                end = middle;
        }

        return Before(row.SequenceNumber, row.Batch, ordinal);
    }

    private static Position Before(long sequenceNumber, BatchWritten batch, long ordinal)
    {
        var next = batch.FirstOrdinal;
        for (var index = 0; index < batch.Entries.Count; index++)
        {
            if (batch.Entries[index] is LogEntry.Published && next++ >= ordinal)
                return index == 0 ? Position.EndOf(sequenceNumber - 1) : new Position(sequenceNumber, index - 1);
        }

        return Position.EndOf(sequenceNumber);
    }

    private async Task<(long SequenceNumber, BatchWritten Batch)?> FirstRowFromAsync(long from)
    {
        var rows = await store.ReadAsync(from, head.SequenceNumber, maxBytes: 1);
        return rows.Count == 0 ? null : rows[0];
    }
}
