using Mercure.Actors.Presence;
using Mercure.Actors.Subscribers;
using Mercure.Actors.Updates;

namespace Mercure.Actors;

/// <summary>The hub as its adapters see it. One instance per actor system; every member is safe from any thread.</summary>
public interface IHub
{
    /// <summary>Stores an update and sends it on. Completes when the update is durable, or with the reason why not.</summary>
    Task<PublishResult> PublishAsync(Update update);

    /// <summary>Opens a stream. Completes when it has ended and nothing writes to its output any more.</summary>
    Task<StreamEnd> SubscribeAsync(Subscription subscription);

    /// <summary>
    /// The active subscriptions of all nodes, where they are tracked (<see cref="Hosting.HubOptions.SubscriptionEvents"/>).
    /// </summary>
    Task<SubscriptionsResult> GetSubscriptionsAsync(SubscriptionQuery query);

    /// <summary>Whether a publish would succeed now, and be delivered: asks the writer and the switchboard, and lets the journal's database write.</summary>
    Task<HubHealth> CheckHealthAsync();
}

/// <summary>What became of a publish.</summary>
public abstract record PublishResult
{
    private PublishResult()
    {
    }

    /// <summary>It is durable under this id.</summary>
    public sealed record Stored(string Id) : PublishResult;

    /// <summary>
    /// The hub can't say that it is stored: too much is waiting, or the journal did not answer in time. It may still be
    /// stored (and delivered) later. Answer 503 with <c>Retry-After</c>.
    /// </summary>
    public sealed record Unavailable(string Reason) : PublishResult;

    /// <summary>It is not stored, because it breaks this rule; to publish the same again is of no use.</summary>
    public sealed record Rejected(UpdateRule Rule) : PublishResult;
}

/// <summary>Whether a publish would succeed now.</summary>
/// <param name="Reason">Why not, for whoever asks, strangers included; null when healthy.</param>
/// <param name="Cause">What the database said, for the operator's log alone: it may name addresses and users.</param>
public sealed record HubHealth(string? Reason, Exception? Cause = null)
{
    public static readonly HubHealth Healthy = new(Reason: null);

    public bool IsHealthy => Reason is null;
}
