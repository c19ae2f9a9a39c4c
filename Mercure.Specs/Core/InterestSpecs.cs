using System.Collections.Concurrent;
using Akka.Actor;
using Mercure.Actors;
using Mercure.Actors.Authorization;
using Mercure.Actors.Hosting;
using Mercure.Actors.Log;
using Mercure.Actors.Matcher;
using Mercure.Actors.Matching;
using Mercure.Actors.Protocol;
using Mercure.Specs.Processes;
using Xunit;

namespace Mercure.Specs.Core;

/// <summary>
/// Nodes that get only what their subscribers want: an update that nobody wants does not cross, and whatever the wires and
/// the writers do, and however subscribers come and go, each sees all of its own.
/// </summary>
public sealed class InterestSpecs : IDisposable
{
    private const int Topics = 8;
    private const int Publishers = 3;
    private const int UpdatesEach = 30;

    private static readonly TimeSpan Calm = TimeSpan.FromMilliseconds(120);

    private readonly TempDirectory _directory = new();
    private readonly List<Hub> _nodes = [];
    private readonly List<IActorRef> _wires = [];
    private IActorRef _slot = ActorRefs.Nobody;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Should_send_a_node_nothing_that_nobody_there_wants()
    {
        await using var hub = await StartAsync(nodes: 2, seed: 0, new ClusterOptions());
        _wires.ForEach(wire => wire.Tell(new FaultyWire.Heal()));
        await using var books = Subscribe(_nodes[1], null, TopicOf(1), "https://example.com/cds/{id}");
        await books.Opened;

        // Until a node has told what it wants, it gets everything.
        var probe = "";
        await Eventually.IsTrueAsync(async () =>
        {
            probe = $"{Guid.NewGuid()}";
            await _nodes[0].PublishAsync(CoreHub.UpdateOf($"{probe}, wanted by none", id: null, TopicOf(0)));
            await _nodes[0].PublishAsync(CoreHub.UpdateOf(probe, id: null, TopicOf(1)));
            await books.UntilAsync(events => events.Count > 0 && events[^1].Data == probe);
            return !(await CrossedAsync(0)).Contains($"{probe}, wanted by none") && !(await CrossedAsync(1)).Contains($"{probe}, wanted by none");
        });

        var crossed = (await CrossedAsync(0)).Count;
        await Task.WhenAll(Enumerable.Range(0, 100).Select(i => _nodes[0].PublishAsync(CoreHub.UpdateOf($"{i}", id: null, TopicOf(i % 4)))));
        await _nodes[0].PublishAsync(CoreHub.UpdateOf("last", id: null, "https://example.com/cds/1"));
        await books.UntilAsync(events => events.Count > 0 && events[^1].Data == "last");

        string[] wanted = [.. Enumerable.Range(0, 100).Where(i => i % 4 == 1).Select(i => $"{i}"), "last"];
        Assert.Equal(wanted, books.Data.SkipWhile(data => data != probe).Skip(1).Order(new ByNumber()));
        Assert.Equal(wanted, (await CrossedAsync(1)).SkipWhile(data => data != probe).Skip(1).Order(new ByNumber()));
        Assert.Equal(crossed, (await CrossedAsync(0)).Count);
    }

    [Fact]
    public async Task Should_send_everything_to_a_node_that_wants_too_much_and_less_when_it_does_not()
    {
        await using var hub = await StartAsync(nodes: 1, seed: 0, new ClusterOptions { MaxInterests = 4, InterestLinger = TimeSpan.Zero });
        _wires.ForEach(wire => wire.Tell(new FaultyWire.Heal()));
        var streams = Enumerable.Range(0, 6).Select(i => Subscribe(_nodes[0], null, TopicOf(i))).ToList();
        await Task.WhenAll(streams.Select(stream => stream.Opened));

        await _nodes[0].PublishAsync(CoreHub.UpdateOf("unwanted", id: null, TopicOf(7)));
        await Eventually.IsTrueAsync(async () => (await CrossedAsync(0)).Contains("unwanted"));
        foreach (var stream in streams.Skip(1))
            await stream.DisposeAsync();

        await Eventually.IsTrueAsync(async () =>
        {
            var data = $"{Guid.NewGuid()}";
            await _nodes[0].PublishAsync(CoreHub.UpdateOf(data, id: null, TopicOf(7)));
            await _nodes[0].PublishAsync(CoreHub.UpdateOf($"{data}, wanted", id: null, TopicOf(0)));
            await streams[0].UntilAsync(events => events.Count > 0 && events[^1].Data == $"{data}, wanted");
            return !(await CrossedAsync(0)).Contains(data);
        });
        await streams[0].DisposeAsync();
    }

    [Theory]
    [InlineData(2, true, false, 100)]
    [InlineData(4, true, true, 100)]
    [InlineData(7, false, false, 6)]
    public async Task Should_lose_nothing_that_anyone_wants(int seed, bool killsWriters, bool doublesWriters, int maxInterests)
    {
        var random = new Random(seed);
        var cluster = new ClusterOptions { MaxInterests = maxInterests, InterestLinger = TimeSpan.FromMilliseconds(random.Next(1_000)) };
        await using var hub = await StartAsync(nodes: 2, seed, cluster);
        var all = new ConcurrentQueue<(string Id, string Topic, string Data)>();
        var publishing = Task.WhenAll(_nodes.SelectMany((node, n) => Enumerable.Range(0, Publishers).Select(p => PublishAllAsync(node, $"{n}-{p}", new Random((seed * 100) + (n * 10) + p), all))));
        var comingAndGoing = ComeAndGoAsync(new Random(seed + 1), publishing, all);
        await DisturbAsync(random, publishing, killsWriters, doublesWriters);
        await publishing;
        _wires.ForEach(wire => wire.Tell(new FaultyWire.Heal()));
        _slot.Tell(new WriterSlot.Settle());
        var visits = await comingAndGoing;

        var order = await WholeAsync(hub.Store);
        Assert.Equal(_nodes.Count * Publishers * UpdatesEach, all.Count);
        Assert.Empty(all.Select(update => update.Id).Except(order.Select(update => update.Id), StringComparer.Ordinal));
        foreach (var visit in visits)
            await visit.CheckAsync(order);
    }

    [Theory]
    [Trait("Category", "Long")]
    [InlineData(1, false, false, 100)]
    [InlineData(3, false, true, 100)]
    [InlineData(5, true, true, 100)]
    [InlineData(6, true, true, 6)]
    public Task Should_lose_nothing_that_anyone_wants_with_other_seeds(int seed, bool killsWriters, bool doublesWriters, int maxInterests) =>
        Should_lose_nothing_that_anyone_wants(seed, killsWriters, doublesWriters, maxInterests);

    private static string TopicOf(int number) => $"https://example.com/books/{number}";

    private static CoreStream Subscribe(Hub node, string? lastEventId, params string[] selectors) =>
        new(node.SubscribeAsync, lastEventId, reads: true, Grant.None, selectors);

    /// <summary>Starts nodes on faulty wires, and opens the log.</summary>
    private async Task<CoreHub> StartAsync(int nodes, int seed, ClusterOptions cluster)
    {
        var options = new HubOptions { PublishTimeout = TimeSpan.FromSeconds(30), SnapshotEvery = 20, Cluster = cluster };
        var hub = await CoreHub.StartAsync(_directory.Sqlite, options, (system, store) =>
        {
            for (var i = 0; i < nodes; i++)
            {
                _wires.Add(system.ActorOf(Props.Create<FaultyWire>((seed * 10) + i), $"wire-{i}"));
                _nodes.Add(LinkSpecs.StartNode(system, store, options, _wires[i], i));
            }

            _slot = system.ActorOf(Props.Create<WriterSlot>(TopicMatcher.Props(options, store, TimeProvider.System), _wires), "writers");
            return Task.CompletedTask;
        });
        Assert.IsType<PublishResult.Stored>(await _nodes[0].PublishAsync(CoreHub.UpdateOf("first", id: null, TopicOf(0))));
        return hub;
    }

    /// <summary>The data of the updates that were sent to a node.</summary>
    private async Task<List<string>> CrossedAsync(int node)
    {
        var routed = await _wires[node].Ask<LinkProtocol.Routed[]>(new FaultyWire.GetCrossed(), TimeSpan.FromSeconds(5));
        // In this process the rows have their ids already.
        return [.. routed.Where(message => message.Row is not null)
            .SelectMany(message => message.Row!.Batch(null!, events: null).Updates)
            .Select(update => System.Text.Encoding.UTF8.GetString(update.Update.Data!.Value.Span))];
    }

    private static async Task PublishAllAsync(Hub node, string name, Random random, ConcurrentQueue<(string Id, string Topic, string Data)> all)
    {
        var stored = 0;
        for (var attempt = 0; stored < UpdatesEach; attempt++)
        {
            var topic = TopicOf(random.Next(Topics));
            var data = $"{name}-{attempt}";
            if (await node.PublishAsync(CoreHub.UpdateOf(data, id: null, topic)) is PublishResult.Stored { Id: var id })
            {
                all.Enqueue((id, topic, data));
                stored++;
            }
        }
    }

    /// <summary>Subscribers that come, some with an id, and that stay or go, until everything is published.</summary>
    private async Task<List<Visit>> ComeAndGoAsync(Random random, Task publishing, ConcurrentQueue<(string Id, string Topic, string Data)> all)
    {
        var visits = new List<Visit>();
        while (!publishing.IsCompleted)
        {
            var known = all.ToArray();
            var after = known.Length > 0 && random.Next(3) == 0 ? known[random.Next(known.Length)].Id : null;
            string[] selectors = [.. Enumerable.Range(0, random.Next(1, 3)).Select(_ => random.Next(10) == 0 ? "https://example.com/{+any}" : TopicOf(random.Next(Topics)))];
            var stream = Subscribe(_nodes[random.Next(_nodes.Count)], after, selectors);
            await stream.Opened;
            visits.Add(new Visit(stream, selectors, after, all.Count));
            if (random.Next(2) == 0 && visits[random.Next(visits.Count)] is { HasLeft: false } leaving)
                await leaving.LeaveAsync();
        }

        return visits;
    }

    private async Task DisturbAsync(Random random, Task publishing, bool kills, bool doubles)
    {
        using var timer = new PeriodicTimer(Calm);
        while (!publishing.IsCompleted)
        {
            await timer.WaitForNextTickAsync();
            switch (random.Next(6))
            {
                case 0: _wires[random.Next(_wires.Count)].Tell(new FaultyWire.Cut(true)); break;
                case 1 when kills: _slot.Tell(new WriterSlot.KillWriter()); break;
                case 2 when doubles: _slot.Tell(new WriterSlot.DoubleWriter()); break;
                default: _wires.ForEach(cut => cut.Tell(new FaultyWire.Cut(false))); break;
            }
        }
    }

    /// <summary>The log as it is stored.</summary>
    private static async Task<List<(string Id, string Topic, string Data)>> WholeAsync(Actors.Catchup.IHubStore store)
    {
        var rows = await store.ReadAsync(1, long.MaxValue / 2, long.MaxValue);
        var ids = new UpdateIds(rows.SelectMany(row => row.Batch.Entries).OfType<LogEntry.Header>().First().IdKey);
        return [.. rows.SelectMany(row => LogBatch.Of(row.SequenceNumber, row.Batch, ids).Updates)
            .Select(update => (update.Id, update.Update.Topics[0], System.Text.Encoding.UTF8.GetString(update.Update.Data!.Value.Span)))];
    }

    /// <summary>A subscriber, and how many updates were acknowledged when its response head had come.</summary>
    private sealed class Visit(CoreStream stream, string[] selectors, string? after, int acknowledged)
    {
        public bool HasLeft { get; private set; }

        public async Task LeaveAsync()
        {
            HasLeft = true;
            await stream.DisposeAsync();
        }

        /// <summary>It saw a run of its updates without a hole, which begins early enough, and ends late enough if it stayed.</summary>
        public async Task CheckAsync(List<(string Id, string Topic, string Data)> order)
        {
            var parsed = selectors.Select(TopicSelector.Parse).ToList();
            var own = order.Where(update => parsed.Exists(selector => selector.Matches(update.Topic))).Select(update => (update.Id, update.Data)).ToList();
            if (!HasLeft)
            {
                await stream.UntilAsync(events => own.Count == 0 || Expected(order, own) >= own.Count || (events.Count > 0 && events[^1] == own[^1]));
                await stream.DisposeAsync();
            }

            var first = stream.Events.Count == 0 ? own.Count : own.IndexOf(stream.Events[0]);
            Assert.Equal(own.Skip(first).Take(stream.Events.Count), stream.Events);
            if (!HasLeft || stream.Events.Count > 0)
                Assert.True(first <= Expected(order, own), $"It began with the update {first} of its own instead of {Expected(order, own)}");
        }

        /// <summary>Index in its own updates of the first that it must see.</summary>
        private int Expected(List<(string Id, string Topic, string Data)> order, List<(string Id, string Data)> own)
        {
            // Publishers wait for each answer: whatever was acknowledged after the head lies behind all but those under way.
            var last = after is not null ? order.FindIndex(update => update.Id == after) : Math.Min(order.Count - 1, acknowledged + (2 * Publishers) + 1);
            var next = order.FindIndex(last + 1, update => own.Contains((update.Id, update.Data)));
            return next < 0 ? own.Count : own.IndexOf((order[next].Id, order[next].Data));
        }
    }

    private sealed class ByNumber : IComparer<string>
    {
        public int Compare(string? x, string? y) =>
            (int.TryParse(x, System.Globalization.CultureInfo.InvariantCulture, out var left) ? left : int.MaxValue)
            .CompareTo(int.TryParse(y, System.Globalization.CultureInfo.InvariantCulture, out var right) ? right : int.MaxValue);
    }
}
