using Akka.Actor;
using Mercure.Actors;
using Mercure.Actors.Authorization;
using Mercure.Actors.Hosting;
using Mercure.Actors.Matcher;
using Xunit;

namespace Mercure.Specs.Core;

/// <summary>
/// A client comes from another node to one that is cut off from the writer, and has not heard of what the client has seen:
/// it gets nothing twice and misses nothing.
/// </summary>
public sealed class LaggingNodeSpecs : IAsyncLifetime, IDisposable
{
    private const string Books = "https://example.com/books/1";
    private const string Discs = "https://example.com/discs/1";

    private readonly TempDirectory _directory = new();
    private readonly List<Hub> _nodes = [];
    private IActorRef _wire = ActorRefs.Nobody;
    private CoreHub _hub = null!;
    private CoreStream _whole = null!;
    private CoreStream _live = null!;

    /// <summary>A node beside the writer and one whose link is cut, with a subscriber to books each; both know the first row.</summary>
    public async Task InitializeAsync()
    {
        var options = new HubOptions { PublishTimeout = TimeSpan.FromSeconds(30), Cluster = new ClusterOptions() };
        List<IActorRef> wires = [];
        _hub = await CoreHub.StartAsync(_directory.Sqlite, options, (system, store) =>
        {
            for (var i = 0; i < 2; i++)
            {
                wires.Add(system.ActorOf(Props.Create<FaultyWire>(i), $"wire-{i}"));
                wires[i].Tell(new FaultyWire.Heal());
                _nodes.Add(LinkSpecs.StartNode(system, store, options, wires[i], i));
            }

            system.ActorOf(Props.Create<WriterSlot>(TopicMatcher.Props(options, store, TimeProvider.System), wires), "writers");
            return Task.CompletedTask;
        });
        _wire = wires[1];
        _whole = Subscribe(_nodes[0], lastEventId: null, Books, Discs);
        _live = Subscribe(_nodes[1], lastEventId: null, Books);
        await Task.WhenAll(_whole.Opened, _live.Opened);
        await PublishAsync("books 0", Books);
        await _whole.UntilAsync(events => events.Count == 1);
        await _live.UntilAsync(events => events.Count == 1);
        _wire.Tell(new FaultyWire.Cut(true));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Should_begin_after_an_id_that_the_node_has_not_heard_of(bool isPublishers)
    {
        // All at once, so that some share a row.
        await Task.WhenAll(Enumerable.Range(1, 20).Select(i => PublishAsync(
            i % 2 == 0 ? $"books {i}" : $"discs {i}", i % 2 == 0 ? Books : Discs, isPublishers ? $"urn:own:{i}" : null)));
        await _whole.UntilAsync(events => events.Count == 21);
        var seen = _whole.Events;

        // The newest, and those in the middle.
        var after = new[] { 20, 19, 12, 7 };
        var late = after.Select(index => Subscribe(_nodes[1], seen[index].Id, Books, Discs)).ToList();
        // Their heads come though the node has not come as far.
        await Task.WhenAll(late.Select(stream => stream.Opened));
        await PublishAsync("discs 21", Discs);
        _wire.Tell(new FaultyWire.Cut(false));
        await PublishAsync("books 22", Books);

        await _whole.UntilAsync(events => events.Count == 23);
        foreach (var (index, stream) in after.Zip(late))
        {
            await stream.UntilAsync(events => events.Count > 0 && events[^1] == _whole.Events[^1]);
            Assert.Equal(_whole.Events.Skip(index + 1), stream.Events);
            await stream.DisposeAsync();
        }

        await _live.UntilAsync(events => events[^1] == _whole.Events[^1]);
        Assert.Equal(_whole.Events.Where(update => update.Data.StartsWith("books", StringComparison.Ordinal)), _live.Events);
    }

    /// <summary>Nobody can say what such a client has seen; whatever is acknowledged from now on it must not miss.</summary>
    [Fact]
    public async Task Should_begin_with_what_the_node_has_not_heard_of_when_the_id_is_unknown_or_there_is_none()
    {
        await PublishAsync("books 1", Books);
        var unknown = Subscribe(_nodes[1], "urn:unknown", Books);
        var none = Subscribe(_nodes[1], lastEventId: null, Books);
        await unknown.Opened;
        await PublishAsync("books 2", Books);
        _wire.Tell(new FaultyWire.Cut(false));
        await none.Opened;
        await PublishAsync("books 3", Books);

        await _whole.UntilAsync(events => events.Count == 4);
        await unknown.UntilAsync(events => events.Count >= 3);
        Assert.Equal(["books 1", "books 2", "books 3"], unknown.Data);
        await none.UntilAsync(events => events.Count > 0 && events[^1] == _whole.Events[^1]);
        Assert.Equal(_whole.Events.TakeLast(none.Events.Count), none.Events);
        await unknown.DisposeAsync();
        await none.DisposeAsync();
    }

    public async Task DisposeAsync()
    {
        await _whole.DisposeAsync();
        await _live.DisposeAsync();
        await _hub.DisposeAsync();
    }

    public void Dispose() => _directory.Dispose();

    private async Task PublishAsync(string data, string topic, string? id = null) =>
        Assert.IsType<PublishResult.Stored>(await _nodes[0].PublishAsync(CoreHub.UpdateOf(data, id, topic)));

    private static CoreStream Subscribe(Hub node, string? lastEventId, params string[] selectors) =>
        new(node.SubscribeAsync, lastEventId, reads: true, Grant.None, selectors);
}
