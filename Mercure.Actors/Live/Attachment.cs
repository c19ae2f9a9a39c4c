using Akka.Actor;
using Mercure.Actors.Subscribers;
using Mercure.Actors.Updates;

namespace Mercure.Actors.Live;

/// <summary>A live subscriber in the switchboard's index.</summary>
internal sealed class Attachment(IActorRef subscriber, Subscription subscription)
{
    private readonly Subscription _subscription = subscription;
    private StoredUpdate? _lastSeen;

    public IActorRef Subscriber { get; } = subscriber;

    public IReadOnlyList<Matching.TopicSelector> Selectors => _subscription.Selectors;

    /// <summary>What the batch in hand brings to it so far.</summary>
    public Delivery? Run { get; private set; }

    /// <summary>Adds the update to its run, unless it may not read it, or has it already by another selector.</summary>
    public void Offer(StoredUpdate update, Delivery alone)
    {
        if (ReferenceEquals(_lastSeen, update))
            return;

        _lastSeen = update;
        if (_subscription.MayRead(update))
            Run = Run is null ? alone : Run.With(update);
    }

    /// <summary>Why it does not get this update; null when it does.</summary>
    public string? WhyNot(StoredUpdate update) =>
        !_subscription.MayRead(update) ? "its token holds none of the update's targets"
        : !_subscription.Wants(update) ? "no selector matches a topic of the update"
        : null;

    /// <summary>When the batch is at its end: what it brings to it.</summary>
    public Delivery TakeRun()
    {
        var run = Run!;
        Run = null;
        run.Seal();
        return run;
    }
}
