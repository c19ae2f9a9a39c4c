using System.IO.Pipelines;
using Mercure.Actors.Authorization;
using Mercure.Actors.Matching;
using Mercure.Actors.Presence;
using Mercure.Actors.Updates;

namespace Mercure.Actors.Subscribers;

/// <summary>One connection that wants a stream: what it asks for, what it may see, and where the bytes go.</summary>
public sealed record Subscription
{
    /// <summary>What it subscribed to; at least one.</summary>
    public required IReadOnlyList<TopicSelector> Selectors { get; init; }

    /// <summary>What its token lets it read.</summary>
    public required Grant Grant { get; init; }

    /// <summary>How updates are written to it.</summary>
    public required IFrameEncoder Encoder { get; init; }

    /// <summary>
    /// The body of the response. The hub writes nothing to it until the subscription counts; the first flush sends the
    /// response head, so whoever opens the stream sets status and headers before.
    /// </summary>
    public required PipeWriter Output { get; init; }

    /// <summary>Cuts the connection: called when the stream must end while the client does not read. Null where nothing can be cut.</summary>
    public Action? Abort { get; init; }

    /// <summary>Cancelled when the client has gone.</summary>
    public required CancellationToken Gone { get; init; }

    /// <summary>
    /// How long ago the client's last acknowledgement came, if something that was sent after it awaits one; null if nothing does. Null
    /// where the connection can't say.
    /// </summary>
    public Func<TimeSpan?>? Silence { get; init; }

    /// <summary>The ids after which updates are replayed, of which the furthest on in the log counts; none to begin with the next update.</summary>
    public IReadOnlyList<string> LastEventIds { get; init; } = [];

    /// <summary>Begins with the oldest update of the history, unless the history has one of <see cref="LastEventIds"/>.</summary>
    public bool FromEarliest { get; init; }

    /// <summary>
    /// Told, before the response head is sent, the id after which the stream begins, when one was asked for: that id, or null
    /// when no update of the history precedes (unknown or trimmed id, then nothing is replayed; the oldest update).
    /// </summary>
    public Action<string?>? BeginsAfter { get; init; }

    /// <summary>Whether it asks to be caught up.</summary>
    public bool WantsReplay => FromEarliest || LastEventIds.Count > 0;

    /// <summary>When the stream ends whatever happens: its token does. Null for never.</summary>
    public DateTimeOffset? EndsAt { get; init; }

    /// <summary>How long the stream lasts at most; null for ever.</summary>
    public TimeSpan? Longest { get; init; }

    /// <summary>The generation it speaks: of a subscription event it gets its own generation's.</summary>
    public Generation Generation { get; init; } = Generation.V07;

    /// <summary>What is told of it where active subscriptions are tracked; null for nothing.</summary>
    public SubscriberPresence? Presence { get; init; }

    /// <summary>Whether it may read this update; says nothing when the budget is spent.</summary>
    internal bool MayRead(StoredUpdate update, StepBudget budget) =>
        (!update.IsSubscriptionEvent || update.Update.Generation == Generation) && Grant.Allows(update.Update.Audience, budget);

    /// <summary>Whether it may read this update, and asked for it; says nothing when the budget is spent.</summary>
    internal bool Wants(StoredUpdate update, StepBudget budget)
    {
        if (!MayRead(update, budget))
            return false;

        foreach (var selector in Selectors)
        {
            foreach (var topic in update.Update.Topics)
            {
                if (selector.Matches(topic, budget))
                    return true;
                if (budget.IsSpent)
                    return false;
            }
        }

        return false;
    }
}

/// <summary>How a stream came to its end.</summary>
public enum StreamEnd
{
    /// <summary>The client closed it.</summary>
    ClientGone,

    /// <summary>The client's network is gone: nothing of what was sent is acknowledged.</summary>
    Unreachable,

    /// <summary>Its <see cref="Subscription.EndsAt"/> came, or it had lasted for <see cref="Subscription.Longest"/>.</summary>
    TimeUp,

    /// <summary>The hub is stopping.</summary>
    HubStopping,

    /// <summary>The next update it needed was deleted: the client comes back and learns it, instead of being skipped forward.</summary>
    FellBehindHistory,

    /// <summary>Its selectors, or its token's, take more steps on a single update than the hub spends on anybody.</summary>
    SelectorsTooDear,

    /// <summary>Nothing was written: the hub can take no subscriber now (stopping, or its history can't be read).</summary>
    Refused,

    /// <summary>An internal error, logged.</summary>
    Failed,
}
