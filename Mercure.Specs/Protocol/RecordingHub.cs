using System.Collections.Concurrent;
using Mercure.Actors;
using Mercure.Actors.Presence;
using Mercure.Actors.Subscribers;
using Mercure.Actors.Updates;

namespace Mercure.Specs.Protocol;

/// <summary>
/// Between the protocol and the hub, for specs that must see what reached the hub, or need an answer that a healthy one
/// does not give.
/// </summary>
internal sealed class RecordingHub(IHub hub) : IHub
{
    /// <summary>What every publish is answered instead, when set.</summary>
    public PublishResult? PublishAnswer { get; set; }

    /// <summary>What every subscription is answered instead, when set.</summary>
    public StreamEnd? SubscribeAnswer { get; set; }

    /// <summary>What every list of subscriptions is answered instead, when set.</summary>
    public SubscriptionsResult? SubscriptionsAnswer { get; set; }

    /// <summary>What every check is answered instead, when set.</summary>
    public HubHealth? HealthAnswer { get; set; }

    public ConcurrentQueue<Update> Published { get; } = new();

    public ConcurrentQueue<Subscription> Subscriptions { get; } = new();

    public Task<PublishResult> PublishAsync(Update update)
    {
        Published.Enqueue(update);
        return PublishAnswer is { } answer ? Task.FromResult(answer) : hub.PublishAsync(update);
    }

    public Task<SubscriptionsResult> GetSubscriptionsAsync(SubscriptionQuery query) =>
        SubscriptionsAnswer is { } answer ? Task.FromResult(answer) : hub.GetSubscriptionsAsync(query);

    public Task<StreamEnd> SubscribeAsync(Subscription subscription)
    {
        Subscriptions.Enqueue(subscription);
        return SubscribeAnswer is { } answer ? Task.FromResult(answer) : hub.SubscribeAsync(subscription);
    }

    public Task<HubHealth> CheckHealthAsync() => HealthAnswer is { } answer ? Task.FromResult(answer) : hub.CheckHealthAsync();
}
