using System.Collections.Immutable;
using Mercure.Actors.Presence;
using Patterns = System.Collections.Immutable.ImmutableDictionary<
    (Mercure.Actors.Presence.MatcherKind Kind, string Pattern),
    System.Collections.Immutable.ImmutableDictionary<string, Mercure.Actors.Presence.ActiveSubscription>>;

namespace Mercure.Actors.Matcher;

/// <summary>
/// The active subscriptions of all nodes at one row of the log. Immutable: a list that is read in parts holds the state it began
/// with, at no cost to the writer.
/// </summary>
internal sealed class ActiveSubscriptions
{
    public static readonly ActiveSubscriptions None = new(Patterns.Empty, 0);

    private readonly Patterns _patterns;

    private ActiveSubscriptions(Patterns patterns, int count)
    {
        _patterns = patterns;
        Count = count;
    }

    public int Count { get; }

    /// <summary>All of them, in no order.</summary>
    public IEnumerable<ActiveSubscription> All => _patterns.Values.SelectMany(subscribers => subscribers.Values);

    /// <summary>Whether exactly this one is active.</summary>
    public bool Contains(ActiveSubscription subscription) => subscription.Equals(Find(subscription.Kind, subscription.Pattern, subscription.Subscriber));

    public ActiveSubscription? Find(MatcherKind kind, string pattern, string subscriber) =>
        _patterns.TryGetValue((kind, pattern), out var subscribers) && subscribers.TryGetValue(subscriber, out var found) ? found : null;

    /// <summary>Those a query asks for. Evaluated as it is read.</summary>
    public IEnumerable<ActiveSubscription> Select(SubscriptionQuery query)
    {
        if (query.Pattern is null)
            return _patterns.Where(pattern => pattern.Key.Kind == query.Kind).SelectMany(pattern => pattern.Value.Values);

        if (query.Subscriber is not null)
            return Find(query.Kind, query.Pattern, query.Subscriber) is { } found ? [found] : [];

        return _patterns.TryGetValue((query.Kind, query.Pattern), out var subscribers) ? subscribers.Values : [];
    }

    /// <summary>And this one, in the place of one of the same subscriber with the same pattern.</summary>
    public ActiveSubscriptions With(ActiveSubscription subscription)
    {
        var subscribers = _patterns.GetValueOrDefault((subscription.Kind, subscription.Pattern), ImmutableDictionary.Create<string, ActiveSubscription>(StringComparer.Ordinal));
        var added = subscribers.SetItem(subscription.Subscriber, subscription);
        return new ActiveSubscriptions(_patterns.SetItem((subscription.Kind, subscription.Pattern), added), Count + added.Count - subscribers.Count);
    }

    /// <summary>Without the one of this subscriber with this pattern.</summary>
    public ActiveSubscriptions Without(ActiveSubscription subscription)
    {
        var pattern = (subscription.Kind, subscription.Pattern);
        if (!_patterns.TryGetValue(pattern, out var subscribers) || !subscribers.ContainsKey(subscription.Subscriber))
            return this;

        var left = subscribers.Remove(subscription.Subscriber);
        return new ActiveSubscriptions(left.IsEmpty ? _patterns.Remove(pattern) : _patterns.SetItem(pattern, left), Count - 1);
    }
}
