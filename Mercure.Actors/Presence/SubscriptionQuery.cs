namespace Mercure.Actors.Presence;

/// <summary>Which of the active subscriptions are wanted.</summary>
/// <param name="Kind">How the patterns are read.</param>
/// <param name="Pattern">Those with this pattern; null for all.</param>
/// <param name="Subscriber">The one of this subscriber with that pattern; null for all of the pattern.</param>
/// <param name="UnlessLastEventIs">Nothing is listed when this is the last event still; null to list in any case.</param>
public sealed record SubscriptionQuery(MatcherKind Kind, string? Pattern = null, string? Subscriber = null, string? UnlessLastEventIs = null);

/// <summary>What became of a query for active subscriptions.</summary>
public abstract record SubscriptionsResult
{
    private SubscriptionsResult()
    {
    }

    /// <summary>
    /// The list and the last event come from one state of the log: whoever starts with the list and follows the events after that
    /// one knows the true list.
    /// </summary>
    /// <param name="LastEventId">Id of the newest event in the log; null when there was none yet.</param>
    /// <param name="Subscriptions">In no order.</param>
    public sealed record Listed(string? LastEventId, IReadOnlyList<ActiveSubscription> Subscriptions) : SubscriptionsResult;

    /// <summary>Nothing happened since the event that the query named.</summary>
    public sealed record Unchanged : SubscriptionsResult;

    /// <summary>The log did not answer in time. Answer 503 with <c>Retry-After</c>.</summary>
    public sealed record Unavailable(string Reason) : SubscriptionsResult;
}
