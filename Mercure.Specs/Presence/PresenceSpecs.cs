using System.Text.Json;
using Mercure.Actors.Presence;
using Mercure.Actors.Updates;
using Mercure.Specs.Core;
using Mercure.Specs.Processes;
using Xunit;
using static Mercure.Specs.Presence.PresenceHub;

namespace Mercure.Specs.Presence;

/// <summary>Active subscriptions on one node: events, lists, and what a former life left.</summary>
public sealed class PresenceSpecs : IDisposable
{
    private const string Topic = "https://example.com/books/1";

    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Should_tell_followers_who_comes_and_goes()
    {
        await using var hub = await CoreHub.StartAsync(_directory.Sqlite, Options);
        await using var follower = Follow(hub.Hub, lastEventId: null);
        await follower.Opened;

        await using var stream = Connect(hub.Hub, "urn:uuid:1", [Topic, "{any}"], payload: """{"user":"ü"}""");
        await stream.Opened;
        await follower.UntilAsync(events => events.Count == 2);
        await stream.DisconnectAsync();
        await follower.UntilAsync(events => events.Count == 4);

        var documents = follower.Data.Select(data => JsonDocument.Parse(data).RootElement).ToList();
        Assert.Equal(
            """{"@context":"https://mercure.rocks/","id":"/.well-known/mercure/subscriptions/https%3A%2F%2Fexample.com%2Fbooks%2F1/urn%3Auuid%3A1","type":"Subscription","""
            + """ "subscriber":"urn:uuid:1","topic":"https://example.com/books/1","active":true,"payload":{"user":"ü"}}""".TrimStart(),
            follower.Data[0]);
        Assert.Equal([true, true, false, false], documents.Select(document => document.GetProperty("active").GetBoolean()));
        Assert.Equal(
            documents.Take(2).Select(document => document.GetProperty("id").GetString()).Order(),
            documents.Skip(2).Select(document => document.GetProperty("id").GetString()).Order());
        Assert.All(documents, document => Assert.Equal("ü", document.GetProperty("payload").GetProperty("user").GetString()));
        Assert.All(follower.Events, received => Assert.StartsWith("urn:uuid:", received.Id, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Should_list_a_subscriber_as_soon_as_its_stream_is_open_and_not_show_it_its_own_beginning()
    {
        await using var hub = await CoreHub.StartAsync(_directory.Sqlite, Options);
        await using var stream = Connect(hub.Hub, "urn:uuid:1", [Topic, AllEvents]);
        await stream.Opened;

        var list = await ListAsync(hub.Hub);
        Assert.Equal([AllEvents, Topic], list.Subscriptions.Select(subscription => subscription.Pattern).Order(StringComparer.Ordinal));
        await using var other = Connect(hub.Hub, "urn:uuid:2", ["x"]);
        await other.Opened;
        await stream.UntilAsync(events => events.Count > 0);
        Assert.Equal("urn:uuid:2", JsonDocument.Parse(stream.Data[0]).RootElement.GetProperty("subscriber").GetString());
    }

    [Fact]
    public async Task Should_find_a_list_of_one_pattern_and_one_subscription()
    {
        await using var hub = await CoreHub.StartAsync(_directory.Sqlite, Options);
        await using var first = Connect(hub.Hub, "urn:uuid:1", ["a", "b"]);
        await using var second = Connect(hub.Hub, "urn:uuid:2", ["b"]);
        await Task.WhenAll(first.Opened, second.Opened);

        var ofPattern = await ListAsync(hub.Hub, new SubscriptionQuery(MatcherKind.Selector, "b"));
        var single = await ListAsync(hub.Hub, new SubscriptionQuery(MatcherKind.Selector, "b", "urn:uuid:2"));
        var none = await ListAsync(hub.Hub, new SubscriptionQuery(MatcherKind.Selector, "a", "urn:uuid:2"));

        Assert.Equal(["urn:uuid:1", "urn:uuid:2"], ofPattern.Subscriptions.Select(subscription => subscription.Subscriber).Order());
        Assert.Equal("urn:uuid:2", Assert.Single(single.Subscriptions).Subscriber);
        Assert.Empty(none.Subscriptions);
        Assert.IsType<SubscriptionsResult.Unchanged>(
            await hub.Hub.GetSubscriptionsAsync(new SubscriptionQuery(MatcherKind.Selector, UnlessLastEventIs: none.LastEventId)));
    }

    [Fact]
    public async Task Should_name_the_last_event_whatever_it_is_also_after_a_restart()
    {
        string? lastOfFirstLife;
        await using (var hub = await CoreHub.StartAsync(_directory.Sqlite, Options))
        {
            Assert.Null((await ListAsync(hub.Hub)).LastEventId);
            var generated = await hub.PublishAsync("0", Topic);
            Assert.Equal(generated, (await ListAsync(hub.Hub)).LastEventId);
            await hub.Hub.PublishAsync(CoreHub.UpdateOf("1", "urn:own:1", Topic));
            Assert.Equal("urn:own:1", (await ListAsync(hub.Hub)).LastEventId);

            await using var follower = Follow(hub.Hub, lastEventId: null);
            await follower.Opened;
            await using var stream = Connect(hub.Hub, "urn:uuid:1", ["a"]);
            await stream.Opened;
            await follower.UntilAsync(events => events.Count == 1);
            Assert.Equal(follower.Events[0].Id, (await ListAsync(hub.Hub)).LastEventId);
            await stream.DisconnectAsync();
            await follower.UntilAsync(events => events.Count == 2);
            lastOfFirstLife = follower.Events[1].Id;
        }

        await using var next = await CoreHub.StartAsync(_directory.Sqlite, Options);
        Assert.Equal(lastOfFirstLife, (await ListAsync(next.Hub)).LastEventId);
    }

    [Fact]
    public async Task Should_go_on_after_an_event_and_hide_it_from_generation_0_7()
    {
        await using var hub = await CoreHub.StartAsync(_directory.Sqlite, Options);
        await using var older = new CoreStream(hub.Hub.SubscribeAsync, lastEventId: null, reads: true, Mercure.Actors.Authorization.Grant.Everything, [AllEvents, Topic]);
        await older.Opened;
        await using var first = Connect(hub.Hub, "urn:uuid:1", ["a"]);
        await first.Opened;
        var afterFirst = (await ListAsync(hub.Hub)).LastEventId;
        await using var second = Connect(hub.Hub, "urn:uuid:2", ["a"]);
        await second.Opened;
        await hub.PublishAsync("end", Topic);

        await using var follower = Follow(hub.Hub, afterFirst);
        await follower.UntilAsync(events => events.Count == 1);
        await older.UntilAsync(events => events.Count > 0);
        await using var olderAgain = Follow(hub.Hub, afterFirst, Generation.V07);
        await olderAgain.Opened;

        Assert.Contains("urn:uuid:2", follower.Data[0], StringComparison.Ordinal);
        Assert.Equal(["end"], older.Data);
        Assert.Empty(olderAgain.Data);
    }

    [Fact]
    public async Task Should_not_count_events_in_the_history()
    {
        await using var hub = await CoreHub.StartAsync(_directory.Sqlite, Options with { HistorySize = 2 });
        var before = await hub.PublishAsync("0", Topic);
        await hub.PublishAsync("1", Topic);
        for (var i = 0; i < 20; i++)
        {
            await using var stream = Connect(hub.Hub, $"urn:uuid:{i}", ["a"]);
            await stream.Opened;
        }

        await using var replay = hub.Subscribe(before, Topic);
        await replay.UntilAsync(events => events.Count == 1);
        Assert.Equal(["1"], replay.Data);
    }

    [Fact]
    public async Task Should_not_let_the_log_grow_for_ever_where_nobody_publishes()
    {
        var options = Options with { HistorySize = 1_000, KeptFacts = 20, CleanupFrequency = 1, SnapshotEvery = 10 };
        await using (var hub = await CoreHub.StartAsync(_directory.Sqlite, options))
        {
            await using var stays = Connect(hub.Hub, "urn:uuid:stays", ["a"]);
            await stays.Opened;
            for (var i = 0; i < 60; i++)
            {
                await using var stream = Connect(hub.Hub, $"urn:uuid:{i}", ["a", "b"]);
                await stream.Opened;
            }

            await Eventually.IsTrueAsync(async () => (await hub.Store.ReadAsync(1, 1_000, maxBytes: 1))[0].SequenceNumber > 50);
            await Eventually.IsTrueAsync(async () => (await ListAsync(hub.Hub)).Subscriptions.Count == 1);
            await hub.ActorSystem.Terminate();
        }

        // What stayed began before the oldest row, and is known by the snapshot.
        await using var next = await CoreHub.StartAsync(_directory.Sqlite, options);
        await using var follower = Follow(next.Hub, lastEventId: null);
        await Eventually.IsTrueAsync(async () => (await ListAsync(next.Hub)).Subscriptions.Count == 0);
    }

    [Fact]
    public async Task Should_end_in_time_what_ends_with_an_orderly_stop()
    {
        await using (var hub = await CoreHub.StartAsync(_directory.Sqlite, Options))
        {
            await using var stream = Connect(hub.Hub, "urn:uuid:1", ["a", "b"]);
            await stream.Opened;
            await hub.Hub.StopStreamsAsync(Eventually.Patience);
            Assert.Empty((await ListAsync(hub.Hub)).Subscriptions);
        }

        await using var next = await CoreHub.StartAsync(_directory.Sqlite, Options);
        Assert.Empty((await ListAsync(next.Hub)).Subscriptions);
    }

    [Theory]
    [InlineData(1_000)]
    [InlineData(2)]
    public async Task Should_end_what_a_former_life_left(int snapshotEvery)
    {
        SubscriptionsResult.Listed list;
        await using (var hub = await CoreHub.StartAsync(_directory.Sqlite, Options with { SnapshotEvery = snapshotEvery }))
        {
            var streams = Enumerable.Range(0, 20).Select(i => Connect(hub.Hub, $"urn:uuid:{i}", ["a", $"b{i}"])).ToList();
            await Task.WhenAll(streams.Select(stream => stream.Opened));
            list = await ListAsync(hub.Hub);
            // The actor system is gone before the streams end: nobody is told.
            await hub.ActorSystem.Terminate();
        }

        Assert.Equal(40, list.Subscriptions.Count);
        await using var next = await CoreHub.StartAsync(_directory.Sqlite, Options);
        await Eventually.IsTrueAsync(async () => (await ListAsync(next.Hub)).Subscriptions.Count == 0);
        await AssertFollowableAsync(next.Hub, list, []);
    }

    [Fact]
    public async Task Should_have_no_row_and_no_message_when_it_is_off()
    {
        await using var hub = await CoreHub.StartAsync(_directory.Sqlite, new Mercure.Actors.Hosting.HubOptions());
        var first = await hub.PublishAsync("0", Topic);
        for (var i = 0; i < 10; i++)
        {
            await using var stream = Connect(hub.Hub, $"urn:uuid:{i}", [Topic]);
            await stream.Opened;
        }

        await hub.PublishAsync("1", Topic);
        // The writer's first row, and one for each update.
        Assert.Equal(3, (await hub.Store.ReadAsync(1, long.MaxValue >> 17, maxBytes: 1 << 20)).Count);
        await Assert.ThrowsAsync<Akka.Actor.ActorNotFoundException>(() => hub.ActorSystem.ActorSelection("/user/presence").ResolveOne(TimeSpan.FromSeconds(1)));
        Assert.NotNull(first);
    }
}
