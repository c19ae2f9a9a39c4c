using Akka.Actor;
using Mercure.Actors.Authorization;
using Mercure.Actors.Matching;
using Mercure.Actors.Subscribers;
using Mercure.Actors.Updates;

namespace Mercure.Actors.Live;

/// <summary>A live subscriber in the switchboard's index.</summary>
internal sealed class Attachment(IActorRef subscriber, Subscription subscription)
{
    private readonly Subscription _subscription = subscription;
    private StoredUpdate? _lastSeen;

    public IActorRef Subscriber { get; } = subscriber;

    public IReadOnlyList<TopicSelector> Selectors => _subscription.Selectors;

    /// <summary>Whether it may read public updates alone.</summary>
    public bool ReadsPublicOnly => ReferenceEquals(_subscription.Grant, Grant.None);

    /// <summary>What the batch in hand brings to it so far.</summary>
    public Delivery? Run { get; private set; }

    /// <summary>Whether it costs too much to be matched with the others: it gets nothing more from the index.</summary>
    public bool IsApart { get; set; }

    /// <summary>Steps that it has paid for in <see cref="Interval"/>.</summary>
    public long Spent { get; set; }

    /// <summary>The interval in which it paid last.</summary>
    public int Interval { get; set; }

    /// <summary>Adds the update to its run, unless it may not read it, or has it already by another selector.</summary>
    public void Offer(StoredUpdate update, Delivery alone, MatchingCosts costs)
    {
        if (IsApart || ReferenceEquals(_lastSeen, update))
            return;

        _lastSeen = update;
        if (MayRead(update, costs))
            Run = Run is null ? alone : Run.With(update);
    }

    /// <summary>Why it does not get this update, which has been offered to all that it matches; null when it does.</summary>
    public string? WhyNot(StoredUpdate update, StepBudget budget)
    {
        if (ReferenceEquals(Run?.Last, update))
            return null;

        var mayRead = _subscription.MayRead(update, budget);
        return IsApart || budget.IsSpent ? "its selectors are dear, and matched apart from the others"
            : !mayRead ? "its token holds none of the update's targets"
            : "no selector matches a topic of the update";
    }

    /// <summary>When the batch is at its end: what it brings to it.</summary>
    public Delivery TakeRun()
    {
        var run = Run!;
        Run = null;
        run.Seal();
        return run;
    }

    private bool MayRead(StoredUpdate update, MatchingCosts costs)
    {
        if (update.Update.Audience.IsPublic && !update.IsSubscriptionEvent)
            return true;

        var mayRead = _subscription.MayRead(update, costs.BeginGrant());
        costs.ChargeGrant(this);
        return mayRead && !IsApart;
    }
}
