using Akka.Actor;
using Mercure.Actors.Hosting;
using Mercure.Actors.Live;
using Mercure.Actors.Subscribers;
using Mercure.Actors.Updates;
using Xunit;

namespace Mercure.Specs.Core;

/// <summary>
/// Subscribers whose selectors cost too much are matched apart: they get what they asked for, in order and once, later than others.
/// What one of them costs, the others don't wait for (CWE-407).
/// </summary>
public sealed class SlowLaneSpecs : IDisposable
{
    /// <summary>As dear as a template may be, and the end that its topics have.</summary>
    private const string Dear = "{/a:9999}{/b*}{;c}{/d:9999}{/e*}{;f}{/g:9999}{/h*}{;i}{/j:9999}{/k*}{;l}{/m:9999}{/n*}{;o}{/p:9999}{/q*}{;r}{/s:9999}{/t*}{;u}";

    private static readonly string Long = string.Concat(Enumerable.Repeat("/x", 300));

    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    /// <summary>The dear ones are served in the end: that others were first is no accident of who was asked first.</summary>
    [Fact]
    public async Task Should_serve_others_while_the_dear_are_compared_and_lose_nothing_for_them()
    {
        await using var hub = await CoreHub.StartAsync(_directory.Sqlite, new HubOptions());
        var dear = Enumerable.Range(0, 12).Select(number => hub.Subscribe(lastEventId: null, [.. DearSelectors(number, 20)])).ToList();
        foreach (var stream in dear)
            await stream.Opened;
        await using var honest = hub.Subscribe(lastEventId: null, "https://example.com/books/{id}");
        await honest.Opened;

        string[] topics = ["https://example.com/books/1", .. LongTopics(5)];
        await Task.WhenAll(Enumerable.Range(0, 10).Select(number => hub.PublishAsync($"{number}", topics)));
        await honest.UntilAsync(events => events.Count == 10);
        var waited = dear.Count(stream => stream.Events.Count < 10);

        await using var late = hub.Subscribe(lastEventId: null, "https://example.com/books/{id}");
        await late.Opened;
        await hub.PublishAsync("10", topics);
        await late.UntilAsync(events => events.Count == 1);
        await honest.UntilAsync(events => events.Count == 11);

        Assert.NotEqual(0, waited);
        foreach (var stream in dear)
        {
            await stream.UntilAsync(events => events.Count == 11);
            Assert.Equal(honest.Data, stream.Data);
            await stream.DisposeAsync();
        }
    }

    /// <summary>From the journal, from memory, and live, at every seam between them.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Should_leave_no_gap_and_no_duplicate_for_the_dear_while_updates_are_published(int seed)
    {
        await using var hub = await CoreHub.StartAsync(_directory.Sqlite, new HubOptions());
        var random = new Random(seed);
        var ids = new List<string>();
        for (var number = 0; number < 60; number++)
            ids.Add(await hub.PublishAsync($"{number}", [.. TopicsOf(number, random)]));
        var publishing = Task.Run(async () =>
        {
            for (var number = 60; number < 160; number++)
                await hub.PublishAsync($"{number}", [.. TopicsOf(number, new Random(number))]);
        });

        var streams = new List<(CoreStream Stream, int First)>();
        for (var number = 0; number < 6; number++)
        {
            var after = random.Next(ids.Count);
            streams.Add((hub.Subscribe(ids[after], [.. DearSelectors(number, 10), "/odd/{+any}"]), after + 1));
        }

        await publishing;
        foreach (var (stream, first) in streams)
        {
            var expected = Enumerable.Range(first, 160 - first).Select(number => $"{number}").ToList();
            await stream.UntilAsync(events => events.Count >= expected.Count);
            Assert.Equal(expected, stream.Data);
            await stream.DisposeAsync();
        }
    }

    [Fact]
    public async Task Should_bring_on_the_dear_when_the_switchboard_fails()
    {
        await using var hub = await CoreHub.StartAsync(_directory.Sqlite, new HubOptions());
        await using var dear = hub.Subscribe(lastEventId: null, [.. DearSelectors(0, 10)]);
        await dear.Opened;
        for (var number = 0; number < 60; number++)
        {
            await hub.PublishAsync($"{number}", [.. LongTopics(20)]);
            if (number % 20 == 10)
                await FailSwitchboardAsync(hub);
        }

        await dear.UntilAsync(events => events.Count >= 60);
        Assert.Equal(Enumerable.Range(0, 60).Select(number => $"{number}"), dear.Data);
    }

    /// <summary>More than the hub spends on anybody: that is a reason, and no update is passed over.</summary>
    [Fact]
    public async Task Should_end_the_stream_of_who_needs_more_than_is_ever_spent()
    {
        await using var hub = await CoreHub.StartAsync(_directory.Sqlite, new HubOptions());
        await using var hostile = hub.Subscribe(lastEventId: null, [.. DearSelectors(0, 30).Select(selector => $"{selector}!"), "/cheap"]);
        await hostile.Opened;
        await hub.PublishAsync("cheap", "/cheap");

        await hub.PublishAsync("dear", [.. LongTopics(200).Select(topic => $"{topic}!!/!!")]);

        Assert.Equal(StreamEnd.SelectorsTooDear, await hostile.Ended.WaitAsync(TimeSpan.FromMinutes(1)));
        Assert.Equal(["cheap"], hostile.Data);
    }

    /// <summary>The last one matches what the others are compared with in vain.</summary>
    private static IEnumerable<string> DearSelectors(int number, int count) =>
        Enumerable.Range(1, count).Select(selector => $"{Dear}/{(selector == count ? "{z}" : $"{number}-{selector}{{?z}}")}");

    /// <summary>Some cost much, some little; all are wanted.</summary>
    private static IEnumerable<string> TopicsOf(int number, Random random) => random.Next(3) > 0 ? [$"/odd/{number}"] : LongTopics(5);

    private static IEnumerable<string> LongTopics(int count) => Enumerable.Range(0, count).Select(end => $"{Long}/{end}");

    private static async Task FailSwitchboardAsync(CoreHub hub)
    {
        var switchboard = hub.ActorSystem.ActorSelection("/user/switchboard");
        var newest = await switchboard.Ask<Switchboard.Prepared>(new Switchboard.Prepare(Subscription: null!));
        // Nothing it should ever be sent.
        switchboard.Tell(new Switchboard.Attach(Subscription: null!, Position.EndOf(newest.ThroughRow)));
    }
}
