using Akka.Actor;
using Mercure.Actors;
using Mercure.Actors.Hosting;
using Mercure.Actors.Live;
using Mercure.Actors.Subscribers;
using Mercure.Actors.Updates;
using Mercure.Specs.Processes;
using Xunit;

namespace Mercure.Specs.Core;

/// <summary>The one way to catch up: every subscriber sees exactly the right updates, in the one order.</summary>
public sealed class CatchupSpecs : IDisposable
{
    private const string Topic = "https://example.com/books/1";

    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Should_replay_what_follows_a_generated_id_and_go_on_live()
    {
        await using var hub = await CoreHub.StartAsync(_directory.Sqlite, new HubOptions());
        var ids = await PublishManyAsync(hub, 0, 50);

        await using var stream = hub.Subscribe(ids[9], Topic);
        await stream.UntilAsync(events => events.Count == 40);
        await PublishManyAsync(hub, 50, 5);

        await stream.UntilAsync(events => events.Count == 45);
        Assert.Equal(Enumerable.Range(10, 45).Select(i => $"{i}"), stream.Data);
    }

    [Fact]
    public async Task Should_replay_after_a_restart_from_every_kind_of_id()
    {
        string generated;
        await using (var hub = await CoreHub.StartAsync(_directory.Sqlite, new HubOptions()))
        {
            await hub.PublishAsync("0", Topic);
            generated = await hub.PublishAsync("1", Topic);
            await hub.Hub.PublishAsync(CoreHub.UpdateOf("2", "own", Topic));
            await hub.PublishAsync("3", Topic);
        }

        await using (var hub = await CoreHub.StartAsync(_directory.Sqlite, new HubOptions()))
        {
            await hub.PublishAsync("4", Topic);
            await using var afterGenerated = hub.Subscribe(generated, Topic);
            await using var afterOwn = hub.Subscribe("own", Topic);
            await using var afterUnknown = hub.Subscribe("unknown", Topic);
            await afterUnknown.Opened;
            await hub.PublishAsync("5", Topic);

            await afterGenerated.UntilAsync(events => events.Count == 4);
            await afterOwn.UntilAsync(events => events.Count == 3);
            await afterUnknown.UntilAsync(events => events.Count == 1);
            Assert.Equal(["2", "3", "4", "5"], afterGenerated.Data);
            Assert.Equal(["3", "4", "5"], afterOwn.Data);
            Assert.Equal(["5"], afterUnknown.Data);
        }
    }

    [Fact]
    public async Task Should_count_the_earliest_of_updates_with_one_id()
    {
        await using var hub = await CoreHub.StartAsync(_directory.Sqlite, new HubOptions());
        await hub.Hub.PublishAsync(CoreHub.UpdateOf("0", "twice", Topic));
        await hub.PublishAsync("1", Topic);
        await hub.Hub.PublishAsync(CoreHub.UpdateOf("2", "twice", Topic));

        await using var stream = hub.Subscribe("twice", Topic);

        await stream.UntilAsync(events => events.Count == 2);
        Assert.Equal(["1", "2"], stream.Data);
    }

    [Fact]
    public async Task Should_hide_what_is_beyond_the_history_though_it_is_stored()
    {
        await using var hub = await CoreHub.StartAsync(_directory.Sqlite, new HubOptions { HistorySize = 5, CleanupFrequency = 0 });
        var ids = await PublishManyAsync(hub, 0, 20);

        await using var oldest = hub.Subscribe(ids[15], Topic);
        await using var beyond = hub.Subscribe(ids[14], Topic);
        await beyond.Opened;
        await hub.PublishAsync("20", Topic);

        await oldest.UntilAsync(events => events.Count == 5);
        await beyond.UntilAsync(events => events.Count == 1);
        Assert.Equal(["16", "17", "18", "19", "20"], oldest.Data);
        Assert.Equal(["20"], beyond.Data);
    }

    [Fact]
    public async Task Should_delete_rows_beyond_history_and_reserve_and_still_start()
    {
        var options = new HubOptions { HistorySize = 10, CleanupFrequency = 1, ReserveUpdates = 20, SnapshotEvery = 10 };
        await using (var hub = await CoreHub.StartAsync(_directory.Sqlite, options))
        {
            await PublishManyAsync(hub, 0, 400);
            await Eventually.IsTrueAsync(async () => (await hub.Store.ReadAsync(1, long.MaxValue / 2, long.MaxValue))[0].SequenceNumber > 100);
        }

        await using (var hub = await CoreHub.StartAsync(_directory.Sqlite, options))
        {
            var rows = await hub.Store.ReadAsync(1, long.MaxValue / 2, long.MaxValue);
            Assert.InRange(rows[^1].Batch.FirstOrdinal + 1 - rows[0].Batch.FirstOrdinal, 20, 400);
            var id = await hub.PublishAsync("a", Topic);
            await hub.PublishAsync("b", Topic);
            await using var stream = hub.Subscribe(id, Topic);
            await stream.UntilAsync(events => events.Count == 1);
            Assert.Equal(["b"], stream.Data);
        }
    }

    [Fact]
    public async Task Should_bring_on_a_subscriber_that_did_not_read_for_a_while()
    {
        await using var hub = await CoreHub.StartAsync(_directory.Sqlite, new HubOptions());
        await using var slow = hub.Subscribe(lastEventId: null, reads: false, Topic);
        await slow.Opened;
        await using var fast = hub.Subscribe(lastEventId: null, Topic);
        await fast.Opened;

        // Far more than its pipe and its queue hold.
        await PublishManyAsync(hub, 0, 1_000);
        await fast.UntilAsync(events => events.Count == 1_000);
        var reading = slow.StartReading();

        await slow.UntilAsync(events => events.Count == 1_000);
        Assert.Equal(fast.Events, slow.Events);
        await slow.DisconnectAsync();
        await reading;
    }

    [Fact]
    public async Task Should_go_on_for_everyone_when_the_switchboard_fails()
    {
        await using var hub = await CoreHub.StartAsync(_directory.Sqlite, new HubOptions());
        await PublishManyAsync(hub, 0, 10);
        await using var stream = hub.Subscribe(lastEventId: null, Topic);
        await stream.Opened;

        for (var round = 1; round <= 3; round++)
        {
            await PublishManyAsync(hub, round * 10, 5);
            var switchboard = hub.ActorSystem.ActorSelection("/user/switchboard");
            var newest = await switchboard.Ask<Switchboard.Prepared>(new Switchboard.Prepare(Subscription: null!));
            // Nothing it should ever be sent.
            switchboard.Tell(new Switchboard.Attach(Subscription: null!, Position.EndOf(newest.ThroughRow)));
            await PublishManyAsync(hub, (round * 10) + 5, 5);
        }

        await stream.UntilAsync(events => events.Count >= 30);
        Assert.Equal(Enumerable.Range(10, 30).Select(i => $"{i}"), stream.Data);
    }

    [Fact]
    public async Task Should_end_the_stream_of_a_subscriber_that_fell_behind_what_is_stored_and_never_skip()
    {
        var options = new HubOptions { HistorySize = 10, CleanupFrequency = 1, ReserveUpdates = 10, SnapshotEvery = 10 };
        await using var hub = await CoreHub.StartAsync(_directory.Sqlite, options);
        await using var slow = hub.Subscribe(lastEventId: null, reads: false, Topic);
        await slow.Opened;
        await PublishManyAsync(hub, 0, 100);

        // So far back that neither the rows nor the newest rows in memory reach it.
        for (var i = 100; i < 12_000; i += 100)
            await PublishAtOnceAsync(hub, i, 100);

        await Eventually.IsTrueAsync(async () => (await hub.Store.ReadAsync(1, long.MaxValue / 2, 1))[0].Batch.FirstOrdinal > 11_000);
        var reading = slow.StartReading();

        Assert.Equal(StreamEnd.FellBehindHistory, await slow.Ended.WaitAsync(Eventually.Patience));
        await reading;
        Assert.Equal(Enumerable.Range(0, slow.Events.Count).Select(i => $"{i}"), slow.Data);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Should_leave_no_gap_and_no_duplicate_at_the_seam_while_updates_are_published(int seed)
    {
        await using var hub = await CoreHub.StartAsync(_directory.Sqlite, new HubOptions());
        var random = new Random(seed);
        var ids = await PublishManyAsync(hub, 0, 200);
        var publishing = PublishAtOnceAsync(hub, 200, 2_000);

        var streams = new List<(CoreStream Stream, int First)>();
        for (var i = 0; i < 40; i++)
        {
            var after = random.Next(ids.Count);
            streams.Add((hub.Subscribe(ids[after], random.Next(2) == 0 ? Topic : "https://example.com/books/{id}"), after + 1));
            await streams[^1].Stream.Opened;
        }

        await publishing;
        var whole = streams.MinBy(stream => stream.First);
        await whole.Stream.UntilAsync(events => events.Count == 2_200 - whole.First);
        foreach (var (stream, first) in streams)
        {
            await stream.UntilAsync(events => events.Count == 2_200 - first);
            Assert.Equal(whole.Stream.Events.Skip(first - whole.First), stream.Events);
            await stream.DisposeAsync();
        }
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    [InlineData(14)]
    public async Task Should_give_every_subscriber_exactly_its_updates_in_any_interleaving(int seed)
    {
        await using var run = new RandomRun(new Random(seed), _directory);
        for (var step = 0; step < 120; step++)
            await run.StepAsync();

        await run.CheckAllAsync();
    }

    private static async Task<List<string>> PublishManyAsync(CoreHub hub, int first, int count)
    {
        var ids = new List<string>();
        for (var i = first; i < first + count; i++)
            ids.Add(await hub.PublishAsync($"{i}", Topic));

        return ids;
    }

    private static Task PublishAtOnceAsync(CoreHub hub, int first, int count) =>
        Task.WhenAll(Enumerable.Range(first, count).Select(i => hub.PublishAsync($"{i}", Topic)));

    /// <summary>Random steps on a hub with a short history and hardly a reserve, and what each stream must have received.</summary>
    private sealed class RandomRun(Random random, TempDirectory directory) : IAsyncDisposable
    {
        private const int HistorySize = 30;

        private static readonly string[] Topics = ["https://example.com/a", "https://example.com/b", "urn:c"];
        private static readonly string[] Selectors = [.. Topics, "https://example.com/{x}", "{+any}", "urn:none"];

        private readonly HubOptions _options = new() { HistorySize = HistorySize, CleanupFrequency = 1, ReserveUpdates = 30, SnapshotEvery = 7 };
        private readonly List<(string Id, string Data, string[] Topics)> _published = [];
        private readonly List<(CoreStream Stream, string[] Selectors, int From)> _streams = [];
        private CoreHub? _hub;

        public async Task StepAsync()
        {
            _hub ??= await CoreHub.StartAsync(directory.Sqlite, _options);
            switch (random.Next(20))
            {
                case < 11: await PublishAsync(random.Next(1, 12)); break;
                case < 16: await SubscribeAsync(); break;
                case < 19 when _streams.Count > 0: await LeaveAsync(_streams[random.Next(_streams.Count)]); break;
                case 19: await RestartAsync(); break;
            }
        }

        public async Task CheckAllAsync()
        {
            foreach (var stream in _streams.ToList())
                await LeaveAsync(stream);
        }

        public async ValueTask DisposeAsync()
        {
            await CheckAllAsync();
            if (_hub is not null)
                await _hub.DisposeAsync();
        }

        private async Task PublishAsync(int count)
        {
            for (var i = 0; i < count; i++)
            {
                var data = $"{_published.Count}";
                string[] topics = [.. random.GetItems(Topics, random.Next(1, 3))];
                var update = CoreHub.UpdateOf(data, random.Next(3) == 0 ? $"own-{data}" : null, topics);
                var stored = Assert.IsType<PublishResult.Stored>(await _hub!.Hub.PublishAsync(update));
                _published.Add((stored.Id, data, topics));
            }
        }

        private async Task SubscribeAsync()
        {
            string[] selectors = [.. random.GetItems(Selectors, random.Next(1, 3))];
            // Up to twice as far back as the history reaches, or none, or an unknown id.
            var back = random.Next(-5, HistorySize * 2);
            var index = _published.Count - 1 - back;
            var id = back < 0 ? (back < -2 ? null : "unknown") : index >= 0 ? _published[index].Id : null;
            var from = back >= 0 && index >= 0 && back < HistorySize ? index + 1 : _published.Count;
            var stream = _hub!.Subscribe(id, selectors);
            await stream.Opened;
            _streams.Add((stream, selectors, from));
        }

        private async Task LeaveAsync((CoreStream Stream, string[] Selectors, int From) subscriber)
        {
            _streams.Remove(subscriber);
            var selectors = subscriber.Selectors.Select(Actors.Matching.TopicSelector.Parse).ToList();
            var expected = _published.Skip(subscriber.From)
                .Where(update => selectors.Exists(selector => update.Topics.Any(selector.Matches)))
                .Select(update => (update.Id, update.Data))
                .ToList();
            await subscriber.Stream.UntilAsync(events => events.Count >= expected.Count);
            await subscriber.Stream.DisposeAsync();
            Assert.Equal(expected, subscriber.Stream.Events);
        }

        private async Task RestartAsync()
        {
            await CheckAllAsync();
            await _hub!.DisposeAsync();
            _hub = null;
        }
    }
}
