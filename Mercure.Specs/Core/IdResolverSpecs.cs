using Mercure.Actors;
using Mercure.Actors.Catchup;
using Mercure.Actors.Hosting;
using Mercure.Actors.Log;
using Mercure.Actors.Updates;
using Mercure.Specs.Processes;
using Xunit;

namespace Mercure.Specs.Core;

/// <summary>From a publisher's own id to its position while the index is being written.</summary>
public sealed class IdResolverSpecs : IDisposable
{
    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    /// <summary>
    /// A subscriber that comes back right after a restart: the index does not hold its id when it is read, and does a moment
    /// later, when the watermark is.
    /// </summary>
    [Fact]
    public async Task Should_find_an_id_that_is_indexed_during_the_look_up()
    {
        await using var hub = await CoreHub.StartAsync(_directory.Sqlite, new HubOptions());
        await hub.Hub.PublishAsync(CoreHub.UpdateOf("0", "own", "https://example.com/1"));
        await Eventually.IsTrueAsync(async () => (await hub.Store.FindInIndexAsync(IndexedId.HashOf("own"), Position.Zero)).Count == 1);
        await hub.Store.ClearIndexAsync();
        var rows = await hub.Store.ReadAsync(1, 100, long.MaxValue);
        var (row, batch) = rows[^1];
        var position = new Position(row, 0);
        var store = new RacingStore(
            hub.Store, () => hub.Store.AddToIndexAsync([new IndexedId(IndexedId.HashOf("own"), position)], new IndexWatermark(row, batch.EpochNonce)));

        var ids = new UpdateIds(UpdateIds.NewKey());
        var page = new Page([.. rows.Select(read => LogBatch.Of(read.SequenceNumber, read.Batch, ids))]);
        var resolver = new IdResolver(store, new HubOptions(), new LogHead(row, 1, IndexedThrough: 0), ids, _ => Task.FromResult<Page?>(page));

        Assert.Equal(position, await resolver.ResolveAsync("own"));
    }

    /// <summary>After a failover, on a node that has not heard of the newest rows: they are all there is to be read.</summary>
    [Fact]
    public async Task Should_not_read_the_whole_log_for_an_unknown_id_when_the_index_is_ahead_of_the_node()
    {
        await using var hub = await CoreHub.StartAsync(_directory.Sqlite, new HubOptions());
        for (var i = 0; i < 3; i++)
            await hub.Hub.PublishAsync(CoreHub.UpdateOf($"{i}", $"own-{i}", "https://example.com/1"));

        await Eventually.IsTrueAsync(async () => (await hub.Store.FindInIndexAsync(IndexedId.HashOf("own-2"), Position.Zero)).Count == 1);
        var newest = (await hub.Store.ReadWatermarkAsync()).SequenceNumber;
        var lagging = new LogHead(newest - 2, NextOrdinal: 1, IndexedThrough: 0);
        var ids = new UpdateIds(UpdateIds.NewKey());
        var resolver = new IdResolver(
            hub.Store, new HubOptions { Cluster = new ClusterOptions() }, lagging, ids, row => throw new InvalidOperationException($"The page with row {row} is read."));

        Assert.Null(await resolver.ResolveAsync("unknown"));
        Assert.Equal(new Position(newest, 0), await resolver.ResolveAsync("own-2"));
    }

    /// <summary>
    /// The writer began anew and has acknowledged updates; the switchboard will hear of it in a moment. Who comes with such an id
    /// must not be given what precedes it.
    /// </summary>
    [Theory]
    [InlineData(null)]
    [InlineData("own")]
    public async Task Should_find_an_id_that_is_acknowledged_and_not_routed_yet(string? own)
    {
        await using var hub = await CoreHub.StartAsync(_directory.Sqlite, new HubOptions { PublishTimeout = TimeSpan.FromSeconds(20) });
        await hub.PublishAsync("0", "https://example.com/1");
        var id = Assert.IsType<PublishResult.Stored>(await hub.Hub.PublishAsync(CoreHub.UpdateOf("1", own, "https://example.com/1"))).Id;
        var rows = await hub.Store.ReadAsync(1, long.MaxValue, long.MaxValue);
        var ids = new UpdateIds(rows[0].Batch.Entries.OfType<LogEntry.Header>().Single().IdKey);
        var lagging = new LogHead(rows[^1].SequenceNumber - 1, NextOrdinal: 1, IndexedThrough: rows[^1].SequenceNumber - 1);
        var resolver = new IdResolver(hub.Store, new HubOptions(), lagging, ids, row => throw new InvalidOperationException($"The page with row {row} is read."));

        Assert.Equal(new Position(rows[^1].SequenceNumber, 0), await resolver.ResolveAsync(id));
    }

    /// <summary>A publisher that gives all its updates one id, most of them beyond a history that is never cleaned up.</summary>
    [Theory]
    [InlineData(600, 5)]
    [InlineData(600, 300)]
    [InlineData(600, 0)]
    [InlineData(2 * IndexedId.FoundAtOnce, 1)]
    public async Task Should_find_the_earliest_of_many_with_one_id_without_looking_at_all(int updates, int historySize)
    {
        var options = new HubOptions { HistorySize = historySize, CleanupFrequency = 0, PublishTimeout = TimeSpan.FromSeconds(20) };
        await using var hub = await CoreHub.StartAsync(_directory.Sqlite, options);
        await Task.WhenAll(Enumerable.Range(0, updates).Select(i => hub.Hub.PublishAsync(CoreHub.UpdateOf($"{i}", "same", "https://example.com/1"))));
        var rows = await hub.Store.ReadAsync(1, long.MaxValue, long.MaxValue);
        var head = rows[^1].SequenceNumber;
        await Eventually.IsTrueAsync(async () => (await hub.Store.ReadWatermarkAsync()).SequenceNumber == head);

        var looks = 0;
        var ids = new UpdateIds(UpdateIds.NewKey());
        var page = new Page([.. rows.Select(read => LogBatch.Of(read.SequenceNumber, read.Batch, ids))]);
        var resolver = new IdResolver(hub.Store, options, new LogHead(head, updates, head), ids, _ =>
        {
            looks++;
            return Task.FromResult<Page?>(page);
        });

        var earliest = page.Batches.SelectMany(batch => batch.Updates).First(update => historySize == 0 || update.Ordinal >= updates - historySize);
        Assert.Equal(earliest.Position, await resolver.ResolveAsync("same"));
        Assert.InRange(looks, 1, IndexedId.FoundAtOnce + 5);
        Assert.Null(await resolver.ResolveAsync("other"));
        Assert.InRange((await hub.Store.FindInIndexAsync(IndexedId.HashOf("same"), Position.Zero)).Count, 1, IndexedId.FoundAtOnce);
    }

    /// <summary>The real store, with something happening right after the index was read.</summary>
    private sealed class RacingStore(IHubStore store, Func<Task> afterFind) : IHubStore
    {
        public async Task<IReadOnlyList<Position>> FindInIndexAsync(long hash, Position after, CancellationToken cancellation = default)
        {
            var found = await store.FindInIndexAsync(hash, after, cancellation);
            await afterFind();
            return found;
        }

        public Task<IReadOnlyList<(long SequenceNumber, BatchWritten Batch)>> ReadAsync(long from, long to, long maxBytes, CancellationToken cancellation = default) =>
            store.ReadAsync(from, to, maxBytes, cancellation);

        public Task<IndexWatermark> ReadWatermarkAsync(CancellationToken cancellation = default) => store.ReadWatermarkAsync(cancellation);

        public Task AddToIndexAsync(IReadOnlyList<IndexedId> ids, IndexWatermark watermark, CancellationToken cancellation = default) =>
            store.AddToIndexAsync(ids, watermark, cancellation);

        public Task ClearIndexAsync(CancellationToken cancellation = default) => store.ClearIndexAsync(cancellation);

        public Task RemoveFromIndexAsync(IReadOnlyList<IndexedId> ids, CancellationToken cancellation = default) =>
            store.RemoveFromIndexAsync(ids, cancellation);

        public Task ProbeAsync(CancellationToken cancellation = default) => store.ProbeAsync(cancellation);
    }
}
