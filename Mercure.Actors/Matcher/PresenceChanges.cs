using Akka.Actor;
using Mercure.Actors.Log;
using Mercure.Actors.Presence;
using Mercure.Actors.Protocol;

namespace Mercure.Actors.Matcher;

/// <summary>What one row says about subscriptions, and who is told when it is committed.</summary>
internal sealed class PresenceChanges(string hub, ActiveSubscriptions subscriptions)
{
    /// <summary>Facts that a row has room for, besides updates; a single request may bring more.</summary>
    public const int MaxFacts = 200;

    private readonly List<LogEntry> _facts = [];
    private readonly List<(PresenceRequests.Session Session, PresenceProtocol.Record Record, IActorRef Sender)> _answers = [];

    public IReadOnlyList<LogEntry> Facts => _facts;

    /// <summary>As they are after these facts.</summary>
    public ActiveSubscriptions Subscriptions { get; private set; } = subscriptions;

    /// <summary>Whether as many more fit.</summary>
    public bool HasRoom(int facts) => _facts.Count == 0 || _facts.Count + facts <= MaxFacts;

    public void Start(ActiveSubscription subscription)
    {
        if (Subscriptions.Contains(subscription))
            return;

        if (Subscriptions.Find(subscription.Kind, subscription.Pattern, subscription.Subscriber) is { } other)
            End(other);

        Subscriptions = Subscriptions.With(subscription);
        _facts.Add(new LogEntry.SubscriptionStarted(subscription));
    }

    public void End(ActiveSubscription subscription)
    {
        if (!Subscriptions.Contains(subscription))
            return;

        Subscriptions = Subscriptions.Without(subscription);
        _facts.Add(new LogEntry.SubscriptionEnded(subscription));
    }

    public void Answer(PresenceRequests.Session session, PresenceProtocol.Record record, IActorRef sender) => _answers.Add((session, record, sender));

    /// <summary>The facts are committed; this is the last row.</summary>
    public void Acknowledge(long row)
    {
        foreach (var (session, record, sender) in _answers)
        {
            session.Answered = new PresenceProtocol.Recorded(hub, record.Life, record.Number, row);
            sender.Tell(session.Answered);
        }
    }
}
