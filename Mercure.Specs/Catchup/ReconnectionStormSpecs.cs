using System.Collections.Concurrent;
using Mercure.Actors;
using Mercure.Actors.Authorization;
using Mercure.Actors.Catchup;
using Mercure.Actors.Hosting;
using Mercure.Actors.Log;
using Mercure.Actors.Matcher;
using Mercure.Actors.Updates;
using Mercure.Specs.Core;
using Xunit;
using Xunit.Abstractions;

namespace Mercure.Specs.Catchup;

/// <summary>A node died, and all its clients come back to another at once: the database is asked for the pages, not for each client.</summary>
public sealed class ReconnectionStormSpecs(ITestOutputHelper output) : IDisposable
{
    private const int Clients = 2_000;
    private const int Topics = 200;

    /// <summary>Twice as many as a node keeps in memory, and some.</summary>
    private const int Published = 24_000;

    private static readonly string Payload = new('x', 500);

    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Should_read_each_page_about_once_however_many_come_back()
    {
        var options = new HubOptions { PublishTimeout = TimeSpan.FromSeconds(30) };
        WatchedStore watched = null!;
        Hub node = null!;
        await using var hub = await CoreHub.StartAsync(_directory.Sqlite, options, (system, store) =>
        {
            watched = new WatchedStore(store);
            node = LinkSpecs.StartNode(system, watched, options, system.ActorOf(TopicMatcher.Props(options, store, TimeProvider.System), "writer"), 0);
            return Task.CompletedTask;
        });
        var ids = await PublishAsync(node);
        Assert.Empty(watched.Reads);

        var streams = Enumerable.Range(0, Clients).Select(i => (After: (int)((long)i * Published / Clients), Topic: i % Topics)).ToList();
        var open = streams.ConvertAll(stream => Subscribe(node, ids[stream.After], stream.Topic));
        foreach (var ((after, topic), stream) in streams.Zip(open))
        {
            await stream.UntilAsync(events => events.Count == CountAfter(after, topic));
            Assert.Equal(Enumerable.Range(0, Published).Where(i => i > after && i % Topics == topic).Select(i => ids[i]), stream.Events.Select(e => e.Id));
        }

        await Task.WhenAll(open.Select(stream => stream.DisposeAsync().AsTask()));
        var pages = watched.Reads.Distinct().ToList();
        var rows = pages.SelectMany(page => Enumerable.Range((int)page.First, (int)(page.Last - page.First) + 1)).ToList();
        output.WriteLine($"{Clients} clients took {watched.Reads.Count} reads of {pages.Count} pages, {rows.Count} rows");
        Assert.InRange(pages.Count, 5, 100);
        Assert.InRange(watched.Reads.Count, pages.Count, (int)(pages.Count * 1.2));
        Assert.InRange(rows.Count, 0, (int)(rows.Distinct().Count() * 1.2));
    }

    private static async Task<string[]> PublishAsync(Hub node)
    {
        var ids = new string[Published];
        for (var first = 0; first < Published; first += 400)
        {
            var chunk = Enumerable.Range(first, 400).Select(i => (Number: i, Result: node.PublishAsync(UpdateOf(i)))).ToList();
            foreach (var (number, result) in chunk)
                ids[number] = Assert.IsType<PublishResult.Stored>(await result).Id;
        }

        return ids;
    }

    private static Update UpdateOf(int number) => CoreHub.UpdateOf($"{number} {Payload}", id: null, TopicOf(number % Topics));

    private static string TopicOf(int topic) => $"https://example.com/topics/{topic}";

    private static int CountAfter(int after, int topic) => Enumerable.Range(after + 1, Published - after - 1).Count(i => i % Topics == topic);

    private static CoreStream Subscribe(Hub node, string lastEventId, int topic) =>
        new(node.SubscribeAsync, lastEventId, reads: true, Grant.None, [TopicOf(topic)]);

    /// <summary>The real store, and what of the log was read from it.</summary>
    private sealed class WatchedStore(IHubStore store) : IHubStore
    {
        public ConcurrentBag<(long First, long Last)> Reads { get; } = [];

        public async Task<IReadOnlyList<(long SequenceNumber, BatchWritten Batch)>> ReadAsync(
            long from, long to, long maxBytes, CancellationToken cancellation = default)
        {
            var rows = await store.ReadAsync(from, to, maxBytes, cancellation);
            Reads.Add((from, rows[^1].SequenceNumber));
            return rows;
        }

        public Task<IndexWatermark> ReadWatermarkAsync(CancellationToken cancellation = default) => store.ReadWatermarkAsync(cancellation);

        public Task AddToIndexAsync(IReadOnlyList<IndexedId> ids, IndexWatermark watermark, CancellationToken cancellation = default) =>
            store.AddToIndexAsync(ids, watermark, cancellation);

        public Task ClearIndexAsync(CancellationToken cancellation = default) => store.ClearIndexAsync(cancellation);

        public Task<IReadOnlyList<Position>> FindInIndexAsync(long hash, Position after, CancellationToken cancellation = default) => store.FindInIndexAsync(hash, after, cancellation);

        public Task RemoveFromIndexAsync(IReadOnlyList<IndexedId> ids, CancellationToken cancellation = default) => store.RemoveFromIndexAsync(ids, cancellation);

        public Task ProbeAsync(CancellationToken cancellation = default) => store.ProbeAsync(cancellation);
    }
}
