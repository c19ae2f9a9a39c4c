using Mercure.Actors.Hosting;
using Mercure.Actors.Log;
using Mercure.Actors.Updates;

namespace Mercure.Actors.Catchup;

/// <summary>
/// From an id to its position. A hub-generated id says where to look; a publisher's own is looked up in the index, and in
/// the rows that the index does not hold yet. Of an id used twice the earliest update still in the history counts, so
/// that nothing after it is missed. An unknown id costs little more than a known one: an index read, no search of the log.
/// </summary>
/// <param name="store">The id index.</param>
/// <param name="options">How far the history reaches.</param>
/// <param name="head">Where the log stands.</param>
/// <param name="ids">The log's key.</param>
/// <param name="page">The page with a row; null when it is trimmed.</param>
internal sealed class IdResolver(IHubStore store, HubOptions options, LogHead head, UpdateIds ids, Func<long, Task<Page?>> page)
{
    /// <summary>Null for an id that is unknown or no longer in the history.</summary>
    public async Task<Position?> ResolveAsync(string id)
    {
        if (ids.TryDecode(id, out var position, out var epochNonce) && IsPossible(position))
        {
            var batch = (await page(position.SequenceNumber))?.Batches.FirstOrDefault(batch => batch.SequenceNumber == position.SequenceNumber);
            // The nonce tells this log's row from the one that stood there before a backup was restored.
            if (batch?.EpochNonce == epochNonce && batch.Updates.Any(update => update.Position == position && Is(update, id)))
                return position;
        }

        // The watermark before the index: what is indexed in between is found twice, and not missed.
        var indexedThrough = head.IndexedThrough > 0 ? head.IndexedThrough : await ReadIndexedThroughAsync();
        return await FindIndexedAsync(id) ?? await FindBehindIndexAsync(id, indexedThrough) ?? await FindBeyondHeadAsync(id);
    }

    private async Task<Position?> FindIndexedAsync(string id)
    {
        var hash = IndexedId.HashOf(id);
        IReadOnlyList<Position> found = [Position.Zero];
        do
        {
            found = await store.FindInIndexAsync(hash, found[^1]);
            // Where the last is no longer in the history, those before are not either.
            if (found.Count == IndexedId.FoundAtOnce && IsPossible(found[^1]) && !(await AtAsync(found[^1]) is { } last && IsInHistory(last)))
                continue;

            foreach (var position in found)
            {
                if (await AtAsync(position) is { } update && Is(update, id))
                    return position;
            }
        }
        while (found.Count == IndexedId.FoundAtOnce);

        return null;
    }

    private async Task<StoredUpdate?> AtAsync(Position position) =>
        IsPossible(position) ? (await page(position.SequenceNumber))?.At(position) : null;

    private async Task<Position?> FindBehindIndexAsync(string id, long indexedThrough)
    {
        var row = indexedThrough + 1;
        while (row <= head.SequenceNumber)
        {
            var read = await page(row);
            if (read?.WithPublisherId(id, indexedThrough) is { } update && Is(update, id))
                return update.Position;

            row = (read?.LastRow ?? PageCache.EndOfBlock(row)) + 1;
        }

        return null;
    }

    /// <summary>
    /// A client that comes from another node, or right after a writer began anew, may know rows that this node has not heard of
    /// yet: taken for unknown, it would get again what it has. Mostly there are none, and this is one read.
    /// </summary>
    private async Task<Position?> FindBeyondHeadAsync(string id)
    {
        var rows = await ReadFromAsync(head.SequenceNumber + 1);
        while (rows.Count > 0)
        {
            foreach (var (sequenceNumber, batch) in rows)
            {
                if (LogBatch.Of(sequenceNumber, batch, ids, options.SubscriptionEvents).Updates.FirstOrDefault(update => Is(update, id)) is { } update)
                    return update.Position;
            }

            rows = await ReadFromAsync(rows[^1].SequenceNumber + 1);
        }

        return null;
    }

    private Task<IReadOnlyList<(long SequenceNumber, BatchWritten Batch)>> ReadFromAsync(long row) => store.ReadAsync(row, long.MaxValue, History.PageBytes);

    /// <summary>
    /// As stored, for as long as the writer has not said. One beyond the head is of another log, and says nothing, unless its row
    /// is in this one: then the node has not come as far.
    /// </summary>
    private async Task<long> ReadIndexedThroughAsync()
    {
        var stored = await store.ReadWatermarkAsync();
        if (stored.SequenceNumber <= head.SequenceNumber)
            return stored.SequenceNumber;

        var rows = await store.ReadAsync(stored.SequenceNumber, stored.SequenceNumber, maxBytes: 1);
        return rows.Count > 0 && rows[0].Batch.EpochNonce == stored.EpochNonce ? head.SequenceNumber : 0;
    }

    private bool IsPossible(Position position) => position.SequenceNumber > 0 && position.SequenceNumber <= head.SequenceNumber;

    private bool Is(StoredUpdate update, string id) =>
        string.Equals(update.Id, id, StringComparison.Ordinal) && IsInHistory(update);

    private bool IsInHistory(StoredUpdate update) => options.HistorySize == 0 || update.Ordinal >= head.NextOrdinal - options.HistorySize;
}
