using System.Data.Common;
using LinqToDB;
using LinqToDB.Async;
using LinqToDB.Data;
using Mercure.Actors.Catchup;
using Mercure.Actors.Log;
using Mercure.Actors.Serialization;
using Mercure.Actors.Updates;

namespace Mercure.Journal;

/// <summary>
/// What the hub reads and writes beside Akka.Persistence.Sql, in the same databases. Pages are read from the journal's
/// table directly: a range of its unique key, streamed, so that a page can end at a size.
/// </summary>
internal sealed class SqlHubStore(JournalDatabases databases, string persistenceId) : IHubStore
{
    /// <summary>A server sends all that a statement asks for, even to a reader that goes away: asked for at first, to see how large rows are.</summary>
    private const int FirstRows = 8;

    /// <summary>And then at most.</summary>
    private const int MaxRows = 1024;

    /// <summary>Deleted in one statement.</summary>
    private const int DeleteAtOnce = 200;

    public async Task<IReadOnlyList<(long SequenceNumber, BatchWritten Batch)>> ReadAsync(long from, long to, long maxBytes, CancellationToken cancellation = default)
    {
        await using var db = new DataConnection(databases.Journal);
        var read = new List<(long SequenceNumber, BatchWritten Batch)>();
        var bytes = 0L;
        int asked;
        int added;
        do
        {
            asked = RowsToAskFor(read.Count, bytes, maxBytes);
            added = read.Count;
            var next = read.Count == 0 ? from : read[^1].SequenceNumber + 1;
            await foreach (var (sequenceNumber, message) in Rows(db, next, to, asked).WithCancellation(cancellation))
            {
                if (read.Count > 0 && sequenceNumber != read[^1].SequenceNumber + 1)
                    throw new InvalidDataException($"Row {read[^1].SequenceNumber + 1} of {persistenceId} is missing from the journal.");

                read.Add((sequenceNumber, JournalCodec.DecodeBatch(message)));
                bytes += message.Length;
                if (bytes >= maxBytes)
                    return read;
            }

            added = read.Count - added;
        }
        while (added == asked);

        return read;
    }

    public async Task<IndexWatermark> ReadWatermarkAsync(CancellationToken cancellation = default)
    {
        await using var db = new DataConnection(databases.Index);
        var row = await db.GetTable<WatermarkRow>().FirstOrDefaultAsync(row => row.PersistenceId == persistenceId, cancellation);
        return row is null ? default : new IndexWatermark(row.SequenceNumber, (ulong)row.EpochNonce);
    }

    public async Task AddToIndexAsync(IReadOnlyList<IndexedId> ids, IndexWatermark watermark, CancellationToken cancellation = default)
    {
        try
        {
            await WriteIndexAsync(ids, watermark, cancellation);
        }
        catch (DbException) when (ids.Count > 0)
        {
            // An earlier attempt, or another writer, has put some of them there; or the database says once more what is wrong.
            await WriteIndexAsync(await WithoutKnownAsync(ids, cancellation), watermark, cancellation);
        }
    }

    public async Task ClearIndexAsync(CancellationToken cancellation = default)
    {
        await using var db = new DataConnection(databases.Index);
        await db.GetTable<WatermarkRow>().Where(row => row.PersistenceId == persistenceId).DeleteAsync(cancellation);
        await db.GetTable<UpdateIdRow>().Where(row => row.PersistenceId == persistenceId).DeleteAsync(cancellation);
    }

    public async Task<IReadOnlyList<Position>> FindInIndexAsync(long hash, Position after, CancellationToken cancellation = default)
    {
        await using var db = new DataConnection(databases.Index);
        var positions = await db.GetTable<UpdateIdRow>()
            .Where(row => row.PersistenceId == persistenceId && row.Hash == hash && row.Position > after.Value)
            .OrderBy(row => row.Position)
            .Take(IndexedId.FoundAtOnce)
            .Select(row => row.Position)
            .ToListAsync(cancellation);
        return positions.ConvertAll(Position.FromValue);
    }

    public async Task RemoveFromIndexAsync(IReadOnlyList<IndexedId> ids, CancellationToken cancellation = default)
    {
        if (ids.Count == 0)
            return;

        await using var db = new DataConnection(databases.Index);
        foreach (var chunk in ids.Chunk(DeleteAtOnce))
        {
            var hashes = chunk.Select(id => id.Hash).Distinct().ToList();
            var last = chunk.Max(id => id.Position.Value);
            // Whatever shares a hash and lies as far back is trimmed with it.
            await db.GetTable<UpdateIdRow>()
                .Where(row => row.PersistenceId == persistenceId && hashes.Contains(row.Hash) && row.Position <= last)
                .DeleteAsync(cancellation);
        }
    }

    public async Task ProbeAsync(CancellationToken cancellation = default)
    {
        await using var db = new DataConnection(databases.Journal);
        await db.InsertOrReplaceAsync(new ProbeRow { PersistenceId = persistenceId, Probe = Random.Shared.NextInt64() }, token: cancellation);
    }

    private IAsyncEnumerable<(long SequenceNumber, byte[] Message)> Rows(DataConnection db, long from, long to, int count) =>
        db.GetTable<JournalRow>()
            .Where(row => row.PersistenceId == persistenceId && row.SequenceNumber >= from && row.SequenceNumber <= to && !row.Deleted)
            .OrderBy(row => row.SequenceNumber)
            .Take(count)
            .Select(row => new ValueTuple<long, byte[]>(row.SequenceNumber, row.Message))
            .AsAsyncEnumerable();

    /// <summary>As many as are likely to hold these bytes, after those that were read. SQLite reads no further than its reader does.</summary>
    private int RowsToAskFor(int read, long bytes, long maxBytes) =>
        databases.IsEmbedded ? int.MaxValue
        : read == 0 ? (int)Math.Clamp(maxBytes, 1, FirstRows)
        : (int)Math.Clamp((maxBytes - bytes) / Math.Max(1, bytes / read) + 1, 1, MaxRows);

    private async Task WriteIndexAsync(IReadOnlyList<IndexedId> ids, IndexWatermark watermark, CancellationToken cancellation)
    {
        await using var db = new DataConnection(databases.Index);
        await using var transaction = await db.BeginTransactionAsync(cancellation);
        await db.BulkCopyAsync(
            new BulkCopyOptions { BulkCopyType = BulkCopyType.MultipleRows },
            ids.Select(id => new UpdateIdRow { PersistenceId = persistenceId, Hash = id.Hash, Position = id.Position.Value }),
            cancellation);
        await db.InsertOrReplaceAsync(
            new WatermarkRow { PersistenceId = persistenceId, SequenceNumber = watermark.SequenceNumber, EpochNonce = (long)watermark.EpochNonce },
            token: cancellation);
        await transaction.CommitAsync(cancellation);
    }

    private async Task<IReadOnlyList<IndexedId>> WithoutKnownAsync(IReadOnlyList<IndexedId> ids, CancellationToken cancellation)
    {
        await using var db = new DataConnection(databases.Index);
        var (first, last) = (ids.Min(id => id.Position.Value), ids.Max(id => id.Position.Value));
        var hashes = ids.Select(id => id.Hash).Distinct().ToList();
        var known = await db.GetTable<UpdateIdRow>()
            .Where(row => row.PersistenceId == persistenceId && hashes.Contains(row.Hash) && row.Position >= first && row.Position <= last)
            .Select(row => row.Position)
            .ToListAsync(cancellation);
        return [.. ids.ExceptBy(known, id => id.Position.Value)];
    }
}
