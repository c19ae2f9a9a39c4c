using Akka.Actor;
using Mercure.Actors;
using Mercure.Actors.Catchup;
using Mercure.Actors.Hosting;
using Mercure.Actors.Log;
using Mercure.Actors.Matcher;
using Mercure.Actors.Updates;
using Xunit;

namespace Mercure.Specs.Core;

/// <summary>A node has died, and its subscribers come back to another, all at once: the database is read by the page.</summary>
public sealed class StormSpecs : IDisposable
{
    private const string Topic = "https://example.com/books/1";
    private const int Updates = 2_000;
    private const int Subscribers = 400;

    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Should_read_pages_and_not_clients()
    {
        var options = new HubOptions { PublishTimeout = TimeSpan.FromSeconds(30), Cluster = new ClusterOptions() };
        List<IActorRef> wires = [];
        List<Hub> nodes = [];
        CountingStore reads = null!;
        await using var hub = await CoreHub.StartAsync(_directory.Sqlite, options, (system, store) =>
        {
            reads = new CountingStore(store);
            for (var i = 0; i < 2; i++)
            {
                wires.Add(system.ActorOf(Props.Create<FaultyWire>(i), $"wire-{i}"));
                wires[i].Tell(new FaultyWire.Heal());
            }

            nodes.Add(LinkSpecs.StartNode(system, store, options, wires[0], 0));
            system.ActorOf(Props.Create<WriterSlot>(TopicMatcher.Props(options, store, TimeProvider.System), wires), "writers");
            return Task.CompletedTask;
        });
        var ids = await Task.WhenAll(Enumerable.Range(0, Updates).Select(async i =>
            Assert.IsType<PublishResult.Stored>(await nodes[0].PublishAsync(CoreHub.UpdateOf($"{i}", id: null, Topic))).Id));
        await using var whole = LinkSpecs.Subscribe(nodes[0], ids[0]);
        await whole.UntilAsync(events => events.Count == Updates - 1);

        // A node that has none of it in memory.
        nodes.Add(LinkSpecs.StartNode(hub.ActorSystem, reads, options, wires[1], 1));
        var storm = Enumerable.Range(0, Subscribers).Select(i => LinkSpecs.Subscribe(nodes[1], whole.Events[^(1 + i)].Id)).ToList();
        await Task.WhenAll(storm.Select(stream => stream.Opened));
        await nodes[0].PublishAsync(CoreHub.UpdateOf("last", id: null, Topic));
        await whole.UntilAsync(events => events.Count == Updates);

        foreach (var (i, stream) in storm.Index())
        {
            await stream.UntilAsync(events => events.Count == i + 1);
            Assert.Equal(whole.Events.TakeLast(i + 1), stream.Events);
            await stream.DisposeAsync();
        }

        var rows = (await hub.Store.ReadAsync(1, long.MaxValue, long.MaxValue))[^1].SequenceNumber;
        Assert.InRange(reads.Pages, 1, (rows / History.BlockRows) + 3);
        Assert.Equal(0, reads.LookUps);
    }

    /// <summary>The real store, and how often it was asked.</summary>
    private sealed class CountingStore(IHubStore store) : IHubStore
    {
        private int _pages;
        private int _lookUps;

        public int Pages => _pages;

        public int LookUps => _lookUps;

        public Task<IReadOnlyList<(long SequenceNumber, BatchWritten Batch)>> ReadAsync(long from, long to, long maxBytes, CancellationToken cancellation = default)
        {
            Interlocked.Increment(ref _pages);
            return store.ReadAsync(from, to, maxBytes, cancellation);
        }

        public Task<IReadOnlyList<Position>> FindInIndexAsync(long hash, Position after, CancellationToken cancellation = default)
        {
            Interlocked.Increment(ref _lookUps);
            return store.FindInIndexAsync(hash, after, cancellation);
        }

        public Task<IndexWatermark> ReadWatermarkAsync(CancellationToken cancellation = default) => store.ReadWatermarkAsync(cancellation);

        public Task AddToIndexAsync(IReadOnlyList<IndexedId> ids, IndexWatermark watermark, CancellationToken cancellation = default) =>
            store.AddToIndexAsync(ids, watermark, cancellation);

        public Task ClearIndexAsync(CancellationToken cancellation = default) => store.ClearIndexAsync(cancellation);

        public Task RemoveFromIndexAsync(IReadOnlyList<IndexedId> ids, CancellationToken cancellation = default) => store.RemoveFromIndexAsync(ids, cancellation);

        public Task ProbeAsync(CancellationToken cancellation = default) => store.ProbeAsync(cancellation);
    }
}
