using System.Collections.Concurrent;
using System.Diagnostics;
using Akka.Actor;
using Mercure.Actors.Hosting;
using Mercure.Actors.Matcher;
using Mercure.Actors.Presence;
using Mercure.Specs.Core;
using Mercure.Specs.Processes;
using Xunit;
using Xunit.Abstractions;
using static Mercure.Specs.Presence.PresenceHub;

namespace Mercure.Specs.Presence;

/// <summary>The list is exact, whatever comes, goes, dies and is lost meanwhile; and whoever follows from any list knows it.</summary>
public sealed class PresenceChurnSpecs(ITestOutputHelper output) : IDisposable
{
    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Should_be_empty_after_a_thousand_came_and_went()
    {
        await using var hub = await CoreHub.StartAsync(_directory.Sqlite, Options);
        var before = await ListAsync(hub.Hub);
        await Parallel.ForEachAsync(Enumerable.Range(0, 1_000), new ParallelOptions { MaxDegreeOfParallelism = 50 }, async (i, _) =>
        {
            await using var stream = Connect(hub.Hub, $"urn:uuid:{i}", [$"a{i % 7}"]);
            // Some go before they are there.
            if (i % 3 != 0)
                await stream.Opened;
        });

        await Eventually.IsTrueAsync(async () => (await ListAsync(hub.Hub)).Subscriptions.Count == 0);
        Assert.Null(before.LastEventId);
    }

    [Fact]
    public async Task Should_open_ten_thousand_and_list_them()
    {
        await using var hub = await CoreHub.StartAsync(_directory.Sqlite, Options);
        var watch = Stopwatch.StartNew();
        var streams = Enumerable.Range(0, 10_000).Select(i => Connect(hub.Hub, $"urn:uuid:{i:D32}", [$"https://example.com/books/{i % 500}"], payload: "{\"user\":1}")).ToList();
        foreach (var stream in streams)
            await stream.Opened;

        output.WriteLine($"10,000 streams open after {watch.Elapsed}");
        watch.Restart();
        var list = await ListAsync(hub.Hub);
        output.WriteLine($"listed after {watch.Elapsed}");
        Assert.Equal(10_000, list.Subscriptions.Count);
        Assert.Equal(10_000, Names(list).Count);

        await Task.WhenAll(streams.Select(stream => stream.DisconnectAsync()));
        await Eventually.IsTrueAsync(async () => (await ListAsync(hub.Hub)).Subscriptions.Count == 0);
    }

    /// <summary>Two nodes whose messages are lost, repeated and late, and a writer that is killed: each list is a state, and the last the true one.</summary>
    [Theory]
    [InlineData(1)]
    public async Task Should_be_exact_while_messages_are_lost_and_writers_die(int seed)
    {
        var options = Options with { SnapshotEvery = 10 };
        var nodes = new List<Hub>();
        List<IActorRef> wires = [];
        IActorRef slot = ActorRefs.Nobody;
        await using var hub = await CoreHub.StartAsync(_directory.Sqlite, options, (system, store) =>
        {
            // One actor system is one node to the writer: the other has no subscribers.
            for (var i = 0; i < 2; i++)
            {
                wires.Add(system.ActorOf(Props.Create<FaultyWire>((seed * 10) + i), $"wire-{i}"));
                nodes.Add(LinkSpecs.StartNode(system, store, options, wires[i], i, tracks: i == 0));
            }

            slot = system.ActorOf(Props.Create<WriterSlot>(TopicMatcher.Props(options, store, TimeProvider.System), wires), "writers");
            return Task.CompletedTask;
        });

        var random = new Random(seed);
        var open = new ConcurrentDictionary<string, CoreStream>(StringComparer.Ordinal);
        var lists = new List<SubscriptionsResult.Listed>();
        for (var step = 0; step < 150; step++)
        {
            switch (random.Next(12))
            {
                case < 6:
                    var name = $"urn:uuid:{step}";
                    open[name] = Connect(nodes[0], name, [$"a{random.Next(4)}", "b"]);
                    break;
                case < 9 when !open.IsEmpty:
                    var (gone, stream) = open.ElementAt(random.Next(open.Count));
                    open.TryRemove(gone, out _);
                    await stream.DisconnectAsync();
                    break;
                case 9:
                    slot.Tell(new WriterSlot.KillWriter());
                    break;
                default:
                    lists.Add(await ListAsync(nodes[1]));
                    break;
            }
        }

        wires.ForEach(wire => wire.Tell(new FaultyWire.Heal()));
        slot.Tell(new WriterSlot.Settle());
        foreach (var (name, _) in open.Where(stream => stream.Value.Ended.IsCompleted).ToList())
            open.TryRemove(name, out _);

        await Task.WhenAll(open.Values.Select(stream => stream.Opened));
        await Eventually.IsTrueAsync(async () => (await ListAsync(nodes[1])).Subscriptions.Count == open.Count * 2);
        var truth = await NamesAsync(nodes[1]);
        Assert.All(open.Keys, name => Assert.Equal(2, truth.Count(url => url.EndsWith(Uri.EscapeDataString(name), StringComparison.Ordinal))));
        foreach (var list in lists.Where((_, i) => i % 5 == 0))
            await AssertFollowableAsync(nodes[1], list, truth);

        await Task.WhenAll(open.Values.Select(stream => stream.DisconnectAsync()));
        await Eventually.IsTrueAsync(async () => (await ListAsync(nodes[1])).Subscriptions.Count == 0);
    }

    [Theory]
    [Trait("Category", "Long")]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public Task Should_be_exact_while_messages_are_lost_and_writers_die_with_other_seeds(int seed) =>
        Should_be_exact_while_messages_are_lost_and_writers_die(seed);

    /// <summary>Lives of one hub, each ended without a word while subscribers come and go: no list of any life leads astray.</summary>
    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    public async Task Should_be_exact_across_restarts(int seed)
    {
        var random = new Random(seed);
        var lists = new List<SubscriptionsResult.Listed>();
        for (var life = 0; life < 4; life++)
        {
            await using var hub = await CoreHub.StartAsync(_directory.Sqlite, Options with { SnapshotEvery = 7 });
            var open = new List<(string Name, CoreStream Stream)>();
            for (var step = 0; step < 30; step++)
            {
                if (random.Next(3) > 0 || open.Count == 0)
                {
                    var name = $"urn:uuid:{life}-{step}";
                    open.Add((name, Connect(hub.Hub, name, ["a", $"b{random.Next(3)}"])));
                    await open[^1].Stream.Opened;
                }
                else
                {
                    var leaving = open[random.Next(open.Count)];
                    open.Remove(leaving);
                    await leaving.Stream.DisconnectAsync();
                }

                if (random.Next(6) == 0)
                    lists.Add(await ListAsync(hub.Hub));
            }

            await Eventually.IsTrueAsync(async () => (await ListAsync(hub.Hub)).Subscriptions.Count == open.Count * 2);
            var truth = await NamesAsync(hub.Hub);
            Assert.Equal(open.Select(stream => stream.Name).Order(), (await ListAsync(hub.Hub)).Subscriptions.Select(one => one.Subscriber).Distinct().Order());
            foreach (var list in lists)
                await AssertFollowableAsync(hub.Hub, list, truth);

            await hub.ActorSystem.Terminate();
        }
    }
}
