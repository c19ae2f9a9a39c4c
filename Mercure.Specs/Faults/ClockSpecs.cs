using Akka.Actor;
using Mercure.Actors.Authorization;
using Mercure.Actors.Hosting;
using Mercure.Actors.Subscribers;
using Mercure.Specs.Core;
using Mercure.Specs.Journals;
using Mercure.Specs.Processes;
using Mercure.Specs.Settings;
using Xunit;

namespace Mercure.Specs.Faults;

/// <summary>
/// The machine's clock is set while the hub runs (a dead battery, a zealous NTP client): the order of updates, ids and
/// heartbeats don't depend on it. The whole process sees the other time, through Debian's faketime.
/// </summary>
public sealed class ClockSpecs
{
    private const string Topic = "https://example.com/clock";

    private static readonly TimeSpan Timeout = Eventually.Patience;

    [FakeTimeFact]
    [Trait("Category", "Long")]
    public async Task Should_go_on_when_the_clock_is_set_back_and_forward()
    {
        await using var journal = TestJournal.Sqlite();
        var clock = Path.Combine(journal.Directory, "clock");
        await File.WriteAllTextAsync(clock, "+0");
        await using var setup = new HubSetup(
            journal,
            ("HEARTBEAT_INTERVAL", "200ms"),
            ("WRITE_TIMEOUT", "1h"),
            ("LD_PRELOAD", FakeTimeFactAttribute.Library!),
            ("FAKETIME_TIMESTAMP_FILE", clock),
            ("FAKETIME_CACHE_DURATION", "1"),
            ("DONT_FAKE_MONOTONIC", "1"));
        using var publisher = new Publisher(setup.Hub);
        var published = new List<string> { "first" };
        string first;
        await using (var hub = await HubProcess.StartAsync(setup))
        {
            first = await publisher.PublishAsync(Topic, "first");
            await using var live = await SseClient.OpenAsync(setup.Hub, Topic);
            foreach (var set in new[] { "-1d", "+400d", "-10y", "+0" })
            {
                await File.WriteAllTextAsync(clock, set);
                await ShowsAsync(setup, set);
                for (var i = 0; i < 3; i++)
                {
                    published.Add($"{set} {i}");
                    await publisher.PublishAsync(Topic, published[^1], i == 1 ? $"urn:own:{set}" : null);
                    await live.ReceivesAsync(published[^1], Timeout);
                }
            }

            Assert.Equal(published[1..], live.Events.Select(update => update.Data));
            await hub.KillAsync();
        }

        // Started again in the past of its own log.
        await File.WriteAllTextAsync(clock, "-1d");
        await using (await HubProcess.StartAsync(setup))
        {
            published.Add("last");
            await publisher.PublishAsync(Topic, "last");
            var history = await SseClient.ReplayAsync(setup.Hub, Topic, first, "last", Timeout);
            Assert.Equal(published[1..], history.Select(update => update.Data));
            history = await SseClient.ReplayAsync(setup.Hub, Topic, "urn:own:+0", "last", Timeout);
            Assert.Equal(["+0 2", "last"], history.Select(update => update.Data));
        }
    }

    [Fact]
    public async Task Should_keep_the_order_when_its_clock_is_set_back_and_forward()
    {
        await using var journal = TestJournal.Sqlite();
        var clock = new SetClock();
        var ids = new List<string>();
        for (var life = 0; life < 2; life++)
        {
            await using var hub = await CoreHub.StartAsync(journal.Options, new HubOptions(), clock: clock);
            foreach (var offset in new[] { TimeSpan.Zero, TimeSpan.FromDays(-1), TimeSpan.FromDays(400) })
            {
                clock.Offset = offset;
                ids.Add(await hub.PublishAsync($"{ids.Count}", Topic));
            }

            await using var stream = hub.Subscribe(ids[0], Topic);
            await stream.UntilAsync(events => events.Count == ids.Count - 1);
            Assert.Equal(Enumerable.Range(1, ids.Count - 1).Select(number => $"{number}"), stream.Data);
        }
    }

    /// <summary>As when the journal does not answer: nobody waits for ever, though the clock does not get there.</summary>
    [Fact]
    public async Task Should_refuse_a_stream_that_does_not_open_in_time_when_its_clock_is_set_back()
    {
        await using var journal = TestJournal.Sqlite();
        var clock = new SetClock();
        IActorRef supervisor = ActorRefs.Nobody;
        await using var hub = await CoreHub.StartAsync(journal.Options, new HubOptions(), (system, _) =>
        {
            supervisor = system.ActorOf(SubscriberSupervisor.Props(new HubOptions(), ActorRefs.Nobody, ActorRefs.Nobody, ActorRefs.Nobody, clock));
            return Task.CompletedTask;
        });
        await using var stream = new CoreStream(
            subscription =>
            {
                var ended = new TaskCompletionSource<StreamEnd>();
                supervisor.Tell(new SubscriberSupervisor.Open(subscription, ended));
                return ended.Task;
            },
            lastEventId: null,
            reads: true,
            Grant.None,
            [Topic]);
        await supervisor.Ask<ActorIdentity>(new Identify(null), Timeout);
        clock.Offset = TimeSpan.FromDays(-1);

        Assert.Equal(StreamEnd.Refused, await stream.Ended.WaitAsync(Timeout));
    }

    /// <summary>The hub's clock is the one that was set: its answers carry the date.</summary>
    private static async Task ShowsAsync(HubSetup setup, string set)
    {
        var year = TimeProvider.System.GetUtcNow().AddDays(set switch { "-1d" => -1, "+400d" => 400, "-10y" => -3650, _ => 0 }).Year;
        using var client = new HttpClient();
        DateTimeOffset? date = null;
        await Eventually.IsTrueAsync(
            async () =>
            {
                using var response = await client.GetAsync(new Uri(setup.Address, "healthz"));
                date = response.Headers.Date;
                return date?.Year == year;
            },
            Timeout,
            () => $"The hub's date is {set}; it is {date}.");
    }
}

/// <summary>The wall clock, set to another time; intervals are measured as ever.</summary>
internal sealed class SetClock : TimeProvider
{
    public TimeSpan Offset { get; set; }

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + Offset;
}

/// <summary>Skipped where libfaketime is missing.</summary>
internal sealed class FakeTimeFactAttribute : FactAttribute
{
    public FakeTimeFactAttribute() => Skip = Needs.FakeTime;

    public static string? Library { get; } =
        Directory.Exists("/usr/lib") ? Directory.EnumerateFiles("/usr/lib", "libfaketimeMT.so.1", new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true, MaxRecursionDepth = 3 }).FirstOrDefault() : null;
}
