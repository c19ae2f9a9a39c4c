using System.Collections.Concurrent;
using Akka.Actor;
using Mercure.Actors;
using Mercure.Actors.Authorization;
using Mercure.Actors.Catchup;
using Mercure.Actors.Gateway;
using Mercure.Actors.Hosting;
using Mercure.Actors.Live;
using Mercure.Actors.Matcher;
using Mercure.Actors.Presence;
using Mercure.Actors.Subscribers;
using Xunit;

namespace Mercure.Specs.Core;

/// <summary>
/// Two nodes in one process, on wires that lose, repeat, delay and are cut, with a writer that is killed and doubled:
/// nothing acknowledged is lost, there is one order, nobody sees anything twice.
/// </summary>
public sealed class LinkSpecs : IDisposable
{
    private const string Topic = "https://example.com/books/1";
    private const int Publishers = 4;
    private const int UpdatesEach = 60;

    private static readonly TimeSpan Calm = TimeSpan.FromMilliseconds(120);

    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(4, true, true)]
    public async Task Should_lose_nothing_and_keep_one_order(int seed, bool killsWriters, bool doublesWriters)
    {
        var options = new HubOptions { PublishTimeout = TimeSpan.FromSeconds(30), SnapshotEvery = 20 };
        var nodes = new List<Hub>();
        List<IActorRef> wires = [];
        IActorRef slot = ActorRefs.Nobody;
        await using var hub = await CoreHub.StartAsync(_directory.Sqlite, options, (system, store) =>
        {
            for (var i = 0; i < 2; i++)
            {
                wires.Add(system.ActorOf(Props.Create<FaultyWire>((seed * 10) + i), $"wire-{i}"));
                nodes.Add(StartNode(system, store, options, wires[i], i));
            }

            slot = system.ActorOf(Props.Create<WriterSlot>(TopicMatcher.Props(options, store, TimeProvider.System), wires), "writers");
            return Task.CompletedTask;
        });
        var first = Assert.IsType<PublishResult.Stored>(await nodes[0].PublishAsync(CoreHub.UpdateOf("first", id: null, Topic)));
        var streams = nodes.SelectMany(node => Enumerable.Range(0, 3).Select(_ => Subscribe(node, lastEventId: null))).ToList();
        await Task.WhenAll(streams.Select(stream => stream.Opened));

        var acknowledged = new ConcurrentDictionary<string, string>(StringComparer.Ordinal);
        var publishing = Task.WhenAll(nodes.SelectMany((node, n) => Enumerable.Range(0, Publishers).Select(p => PublishAllAsync(node, $"{n}-{p}", acknowledged))));
        await DisturbAsync(new Random(seed), publishing, wires, slot, killsWriters, doublesWriters);
        await publishing;
        wires.ForEach(wire => wire.Tell(new FaultyWire.Heal()));
        slot.Tell(new WriterSlot.Settle());

        await using var whole = Subscribe(nodes[1], first.Id);
        await whole.UntilAsync(events => acknowledged.Keys.All(events.Select(received => received.Id).ToHashSet(StringComparer.Ordinal).Contains));
        Assert.Equal(nodes.Count * Publishers * UpdatesEach, acknowledged.Count);
        Assert.Distinct(whole.Events.Select(received => received.Id));
        Assert.Distinct(whole.Data);
        Assert.All(acknowledged, update => Assert.Contains((update.Key, update.Value), whole.Events));
        foreach (var stream in streams)
        {
            await stream.UntilAsync(events => events.Count > 0 && events[^1] == whole.Events[^1]);
            // A node that lags may begin with what was acknowledged just before.
            Assert.Equal(whole.Events, stream.Events.SkipWhile(received => received.Id == first.Id));
            await stream.DisposeAsync();
        }
    }

    [Theory]
    [Trait("Category", "Long")]
    [InlineData(1, false, false)]
    [InlineData(2, true, false)]
    [InlineData(3, false, true)]
    [InlineData(5, true, true)]
    public Task Should_lose_nothing_and_keep_one_order_with_other_seeds(int seed, bool killsWriters, bool doublesWriters) =>
        Should_lose_nothing_and_keep_one_order(seed, killsWriters, doublesWriters);

    internal static Hub StartNode(ActorSystem system, IHubStore store, HubOptions options, IActorRef wire, int number, bool tracks = false)
    {
        var history = system.ActorOf(History.Props(options, store), $"history-{number}");
        var switchboard = system.ActorOf(Switchboard.Props(options, wire, history), $"switchboard-{number}");
        var gateway = system.ActorOf(PublishGateway.Props(options, wire, TimeProvider.System), $"gateway-{number}");
        var presence = !tracks ? null : system.ActorOf(NodePresence.Props(options, wire, TimeProvider.System), $"presence-{number}");
        var subscribers = system.ActorOf(SubscriberSupervisor.Props(options, switchboard, history, gateway, TimeProvider.System, presence), $"subscribers-{number}");
        var hub = new Hub();
        hub.Start(options, store, wire, gateway, switchboard, subscribers, presence: presence);
        return hub;
    }

    internal static CoreStream Subscribe(Hub node, string? lastEventId) => new(node.SubscribeAsync, lastEventId, reads: true, Grant.None, [Topic]);

    /// <summary>One update after the other; one that the hub could not promise is followed by another.</summary>
    private static async Task PublishAllAsync(Hub node, string name, ConcurrentDictionary<string, string> acknowledged)
    {
        var stored = 0;
        for (var attempt = 0; stored < UpdatesEach; attempt++)
        {
            var data = $"{name}-{attempt}";
            if (await node.PublishAsync(CoreHub.UpdateOf(data, id: null, Topic)) is PublishResult.Stored { Id: var id })
            {
                Assert.True(acknowledged.TryAdd(id, data), $"{id} was given twice");
                stored++;
            }
        }
    }

    private static async Task DisturbAsync(Random random, Task publishing, List<IActorRef> wires, IActorRef slot, bool kills, bool doubles)
    {
        using var timer = new PeriodicTimer(Calm);
        while (!publishing.IsCompleted)
        {
            await timer.WaitForNextTickAsync();
            var wire = wires[random.Next(wires.Count)];
            switch (random.Next(6))
            {
                case 0: wire.Tell(new FaultyWire.Cut(true)); break;
                case 1 when kills: slot.Tell(new WriterSlot.KillWriter()); break;
                case 2 when doubles: slot.Tell(new WriterSlot.DoubleWriter()); break;
                default: wires.ForEach(cut => cut.Tell(new FaultyWire.Cut(false))); break;
            }
        }
    }
}
