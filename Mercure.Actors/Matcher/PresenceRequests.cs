using Akka.Actor;
using Mercure.Actors.Log;
using Mercure.Actors.Presence;
using Mercure.Actors.Protocol;

namespace Mercure.Actors.Matcher;

/// <summary>
/// What the nodes tell the writer about their subscriptions, until it is in the log: the writer's state about presence beside
/// <see cref="HubLog.Subscriptions"/>, of one epoch. Decides which facts a row gets; only differences become facts.
/// </summary>
internal sealed class PresenceRequests(string hub)
{
    private readonly Dictionary<Guid, Session> _sessions = [];
    private readonly Queue<Request> _waiting = new();
    private IReadOnlySet<Guid>? _present;

    public bool HasWork => _waiting.Count > 0;

    /// <summary>Takes a record in, or answers it when it is known, or speaks to another writer.</summary>
    public void OnRecord(PresenceProtocol.Record record, IActorRef sender, Epoch epoch)
    {
        if (record.Epoch != epoch)
        {
            sender.Tell(new PresenceProtocol.Register(hub, epoch));
            return;
        }

        // A node that is no member has nothing to say: its subscriptions were ended. One that is not known yet speaks again.
        if (_present is null || !_present.Contains(record.Node))
            return;

        if (!_sessions.TryGetValue(record.Node, out var session) || session.Life != record.Life)
            _sessions[record.Node] = session = new Session(record.Life);

        if (record.Number > session.Accepted)
        {
            session.Accepted = record.Number;
            _waiting.Enqueue(new Request(session, record, sender, []));
        }
        else if (record.Number == session.Answered?.Number)
        {
            sender.Tell(session.Answered);
        }
    }

    /// <summary>These nodes are there; the subscriptions of all others have ended.</summary>
    public void OnPresent(IReadOnlySet<Guid> nodes, ActiveSubscriptions subscriptions)
    {
        _present = nodes;
        foreach (var gone in _sessions.Keys.Except(nodes).ToList())
            _sessions.Remove(gone);

        EndAbsent(subscriptions);
    }

    /// <summary>Ends what nodes left that are not there, as far as it is known who is.</summary>
    public void EndAbsent(ActiveSubscriptions subscriptions)
    {
        if (_present is not null)
            End(subscriptions.All.Where(subscription => !_present.Contains(subscription.Node)));
    }

    /// <summary>The requests that the next row answers, and the facts it gets for them.</summary>
    public PresenceChanges Take(ActiveSubscriptions subscriptions)
    {
        var changes = new PresenceChanges(hub, subscriptions);
        while (_waiting.TryPeek(out var next) && changes.HasRoom(next.Started.Count + next.Ended.Count))
        {
            _waiting.Dequeue();
            Decide(next, changes);
        }

        return changes;
    }

    private void Decide(Request request, PresenceChanges changes)
    {
        var record = request.Record;
        var session = request.Session;
        if (record is not null && record.Part.HasFlag(FullSetPart.First))
            session!.FullSet = [];

        foreach (var subscription in request.Started)
        {
            changes.Start(subscription);
            session?.FullSet?.Add(subscription);
        }

        foreach (var subscription in request.Ended)
        {
            changes.End(subscription);
            session?.FullSet?.Remove(subscription);
        }

        if (record is null)
            return;

        changes.Answer(session!, record, request.Sender);
        if (record.Part.HasFlag(FullSetPart.Last) && session!.FullSet is { } fullSet)
        {
            session.FullSet = null;
            End(changes.Subscriptions.All.Where(subscription => subscription.Node == record.Node && !fullSet.Contains(subscription)));
        }
    }

    private void End(IEnumerable<ActiveSubscription> subscriptions)
    {
        foreach (var some in subscriptions.Chunk(PresenceChanges.MaxFacts))
            _waiting.Enqueue(new Request(Session: null, Record: null, ActorRefs.Nobody, some));
    }

    /// <summary>One presence, as this writer knows it.</summary>
    internal sealed class Session(Guid life)
    {
        public Guid Life { get; } = life;

        /// <summary>Number of the newest record taken in.</summary>
        public long Accepted { get; set; }

        public PresenceProtocol.Recorded? Answered { get; set; }

        /// <summary>What has come of the full set while it is being told.</summary>
        public HashSet<ActiveSubscription>? FullSet { get; set; }
    }

    /// <summary>A record, or (with none) subscriptions to end.</summary>
    private sealed record Request(Session? Session, PresenceProtocol.Record? Record, IActorRef Sender, IReadOnlyList<ActiveSubscription> Orphans)
    {
        public IReadOnlyList<ActiveSubscription> Started => Record?.Started ?? [];

        public IReadOnlyList<ActiveSubscription> Ended => Record?.Ended ?? Orphans;
    }
}
