using System.Collections.Immutable;
using System.Text.Json;
using Mercure.Actors;
using Mercure.Actors.Authorization;
using Mercure.Actors.Hosting;
using Mercure.Actors.Presence;
using Mercure.Actors.Updates;
using Mercure.Http.Protocol.V010;
using Mercure.Specs.Core;
using Xunit;

namespace Mercure.Specs.Presence;

/// <summary>Hubs that track active subscriptions, seen without HTTP.</summary>
internal static class PresenceHub
{
    public const string AllEvents = "/.well-known/mercure/subscriptions/{topic}/{subscriber}";

    public static readonly HubOptions Options = new() { SubscriptionEvents = new SubscriptionDocuments(), PublishTimeout = TimeSpan.FromSeconds(20) };

    /// <summary>A subscriber whose subscriptions are tracked.</summary>
    public static CoreStream Connect(Hub hub, string subscriber, string[] topics, string? lastEventId = null, string? payload = null) =>
        new(hub.SubscribeAsync, lastEventId, reads: true, Grant.Everything, topics, subscription => subscription with
        {
            Generation = Generation.V010,
            Presence = new SubscriberPresence(subscriber, [.. topics.Select(topic => new AnnouncedMatcher(MatcherKind.Selector, topic, payload))]),
        });

    /// <summary>One that sees all events about subscriptions, and is not tracked itself.</summary>
    public static CoreStream Follow(Hub hub, string? lastEventId, Generation generation = Generation.V010) =>
        new(hub.SubscribeAsync, lastEventId, reads: true, Grant.Everything, [AllEvents], subscription => subscription with { Generation = generation });

    public static async Task<SubscriptionsResult.Listed> ListAsync(Hub hub, SubscriptionQuery? query = null) =>
        Assert.IsType<SubscriptionsResult.Listed>(await hub.GetSubscriptionsAsync(query ?? new SubscriptionQuery(MatcherKind.Selector)));

    public static async Task<ImmutableSortedSet<string>> NamesAsync(Hub hub) => Names(await ListAsync(hub));

    /// <summary>The URLs of what is in a list.</summary>
    public static ImmutableSortedSet<string> Names(SubscriptionsResult.Listed list) =>
        [.. list.Subscriptions.Select(SubscriptionUrls.Of)];

    /// <summary>What somebody knows who began with a list and followed the events.</summary>
    public static ImmutableSortedSet<string> Apply(ImmutableSortedSet<string> names, IEnumerable<(string Id, string Data)> events)
    {
        foreach (var (_, data) in events)
        {
            var json = JsonDocument.Parse(data).RootElement;
            var name = json.GetProperty("id").GetString()!;
            names = json.GetProperty("active").GetBoolean() ? names.Add(name) : names.Remove(name);
        }

        return names;
    }

    /// <summary>Whoever began with this list and follows from there comes to know the true one.</summary>
    public static async Task AssertFollowableAsync(Hub hub, SubscriptionsResult.Listed from, ImmutableSortedSet<string> truth)
    {
        // Without an event there is nothing to go on from: the whole log is read.
        await using var follower = new CoreStream(hub.SubscribeAsync, from.LastEventId, reads: true, Grant.Everything, [AllEvents, "last"], subscription => subscription with
        {
            Generation = Generation.V010,
            FromEarliest = from.LastEventId is null,
        });
        await follower.Opened;
        var last = Assert.IsType<PublishResult.Stored>(await hub.PublishAsync(CoreHub.UpdateOf("", id: null, "last") with { Generation = Generation.V010 })).Id;
        await follower.UntilAsync(events => events.Count > 0 && events[^1].Id == last);
        Assert.Equal(truth, Apply(Names(from), follower.Events.Where(received => received.Data.Length > 0)));
    }
}
