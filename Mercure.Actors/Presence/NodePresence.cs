using Akka.Actor;
using Mercure.Actors.Hosting;
using Mercure.Actors.Log;
using Mercure.Actors.Protocol;
using Mercure.Actors.Subscribers;
using Mercure.Actors.Updates;

namespace Mercure.Actors.Presence;

/// <summary>
/// The truth about the subscriptions of one node: tells the writer of the log what begins and ends, and subscribers when their
/// beginning is committed. Owns what is not committed yet. One record is unanswered at a time; what comes meanwhile gathers for
/// the next, so that a storm of connections costs few rows. A new writer is told the full set first. When it fails, the node's
/// tracked streams end, and its successor's full set, empty at first, ends their subscriptions.
/// </summary>
internal sealed class NodePresence : ReceiveActor, IWithTimers
{
    private const int RecordFacts = 200;
    private const int RecordBytes = 256 * 1024;

    /// <summary>Changes that nobody needs any more, from which on it pays to take them out.</summary>
    private const int MinLeft = 1_000;

    private static readonly TimeSpan ResendAfter = TimeSpan.FromMilliseconds(500);

    private readonly HubOptions _options;
    private readonly IActorRef _matcher;
    private readonly TimeProvider _clock;
    private readonly Guid _life = Guid.NewGuid();
    private readonly Guid _node = NodeIncarnation.Of(Context.System);
    private readonly Dictionary<IActorRef, Connection> _connections = [];
    private readonly ChangeQueue<Change> _waiting = new();
    private readonly List<IActorRef> _awaitSettled = [];

    // Of the waiting changes those of connections that have left: with the journal away nobody else would take them out.
    private int _left;

    private Epoch _epoch;
    private long _lastNumber;
    private PresenceProtocol.Record? _unanswered;
    private List<Connection> _starting = [];
    private long _sentAt;

    private FullSetPart _nextPart;

    public NodePresence(HubOptions options, IActorRef matcher, TimeProvider clock)
    {
        _options = options;
        _matcher = matcher;
        _clock = clock;

        Receive<Join>(OnJoin);
        Receive<Leave>(_ => OnLeave());
        Receive<PresenceProtocol.Recorded>(OnRecorded);
        Receive<PresenceProtocol.Register>(OnRegister);
        Receive<Tick>(_ => OnTick());
        Receive<GetSettled>(_ => OnGetSettled());
    }

    public ITimerScheduler Timers { get; set; } = null!;

    /// <summary>Subscriber → presence, before its stream opens. Answered by <see cref="Announced"/>.</summary>
    public sealed record Join(SubscriberPresence Presence);

    /// <summary>Presence → subscriber: that its subscriptions began is committed, before this position.</summary>
    public sealed record Announced(Position Begin);

    /// <summary>Subscriber → presence: its stream has ended.</summary>
    public sealed class Leave
    {
        public static readonly Leave Instance = new();
    }

    /// <summary>Host → presence: answered by <see cref="Settled"/> when everything told so far is committed.</summary>
    public sealed class GetSettled
    {
        public static readonly GetSettled Instance = new();
    }

    /// <summary>Presence → host.</summary>
    public sealed class Settled
    {
        public static readonly Settled Instance = new();
    }

    private enum Stage
    {
        Waiting,
        Told,
        Committed,
        Left,
    }

    public static Props Props(HubOptions options, IActorRef matcher, TimeProvider clock) =>
        Akka.Actor.Props.Create<NodePresence>(options, matcher, clock);

    protected override void PreStart()
    {
        Timers.StartPeriodicTimer(nameof(Tick), Tick.Instance, _options.TickInterval);
        _matcher.Tell(new PresenceProtocol.Hello(_options.Name));
    }

    protected override void PreRestart(Exception reason, object message)
    {
        foreach (var subscriber in _connections.Keys)
            subscriber.Tell(new Subscriber.End(StreamEnd.Failed));

        base.PreRestart(reason, message);
    }

    private void OnJoin(Join join)
    {
        var subscriptions = join.Presence.Matchers
            .Select(matcher => new ActiveSubscription(_node, join.Presence.Subscriber, matcher.Kind, matcher.Pattern, matcher.Payload));
        var connection = new Connection(Sender, [.. subscriptions]);
        _connections.Add(Sender, connection);
        Enqueue(connection, starts: true);
        SendNext();
    }

    private void OnLeave()
    {
        if (!_connections.Remove(Sender, out var connection))
            return;

        // What the writer was not told of needs no end.
        var isUntold = connection.Stage == Stage.Waiting;
        connection.Stage = Stage.Left;
        if (isUntold)
            Forget(connection);
        else
            Enqueue(connection, starts: false);

        SendNext();
    }

    /// <summary>Those who came and left meanwhile must not be more than those who wait.</summary>
    private void Forget(Connection left)
    {
        _left += left.Subscriptions.Count;
        if (_left < MinLeft || _left <= _waiting.Count / 2)
            return;

        _left = 0;
        _waiting.RemoveAll(static change => change.Starts && change.Connection.Stage == Stage.Left);
    }

    /// <summary>A writer that was told nothing yet: what is active now comes first, and covers all changes before.</summary>
    private void OnRegister(PresenceProtocol.Register register)
    {
        // Late, of an earlier writer, or told already.
        if (register.Epoch.Start <= _epoch.Start)
            return;

        _epoch = register.Epoch;
        _unanswered = null;
        _starting = [];
        _left = 0;
        _waiting.Clear();
        foreach (var connection in _connections.Values)
        {
            if (connection.Stage == Stage.Told)
                connection.Stage = Stage.Waiting;

            Enqueue(connection, starts: true);
        }

        _waiting.BeginFullSet();
        _nextPart = FullSetPart.First;
        SendNext();
    }

    private void Enqueue(Connection connection, bool starts)
    {
        foreach (var subscription in connection.Subscriptions)
            _waiting.Enqueue(new Change(connection, subscription, starts), connection.Subscriptions.Count);
    }

    private void SendNext()
    {
        if (_unanswered is not null || _epoch == Epoch.None || (_waiting.Count == 0 && _waiting.FullSetLeft < 0))
            return;

        var started = new List<ActiveSubscription>();
        var ended = new List<ActiveSubscription>();
        var bytes = 0;
        while (bytes < RecordBytes && started.Count + ended.Count < RecordFacts && _waiting.TryDequeue(out var change))
        {
            bytes += change!.Subscription.Size;
            if (!change.Starts)
                ended.Add(change.Subscription);
            else if (change.Connection.Stage != Stage.Left)
                Start(change, started);
        }

        var part = _nextPart;
        if (_waiting.FullSetLeft == 0)
        {
            part |= FullSetPart.Last;
            _waiting.EndFullSet();
        }
        else if (part == FullSetPart.None && started.Count + ended.Count == 0)
        {
            // All of them left before anybody was told.
            SendNext();
            return;
        }

        _nextPart = FullSetPart.None;
        _unanswered = new PresenceProtocol.Record(_options.Name, _epoch, _life, ++_lastNumber, _node, part, started, ended);
        Send();
    }

    private void Start(Change change, List<ActiveSubscription> started)
    {
        started.Add(change.Subscription);
        if (change.Connection.Stage == Stage.Committed)
            return;

        change.Connection.Stage = Stage.Told;
        // In order: when its last one is committed, all are.
        if (ReferenceEquals(change.Subscription, change.Connection.Subscriptions[^1]))
            _starting.Add(change.Connection);
    }

    private void Send()
    {
        _sentAt = _clock.GetTimestamp();
        _matcher.Tell(_unanswered!);
    }

    private void OnRecorded(PresenceProtocol.Recorded recorded)
    {
        if (_unanswered is null || recorded.Life != _life || recorded.Number != _unanswered.Number)
            return;

        _unanswered = null;
        var announced = new Announced(Position.EndOf(recorded.Row));
        foreach (var connection in _starting)
        {
            if (connection.Stage == Stage.Left)
                continue;

            connection.Stage = Stage.Committed;
            connection.Subscriber.Tell(announced);
        }

        _starting = [];
        SendNext();
        TellSettled();
    }

    private void OnTick()
    {
        if (_epoch == Epoch.None)
            _matcher.Tell(new PresenceProtocol.Hello(_options.Name));
        else if (_unanswered is not null && _clock.GetElapsedTime(_sentAt) >= ResendAfter)
            Send();
    }

    private void OnGetSettled()
    {
        _awaitSettled.Add(Sender);
        TellSettled();
    }

    private void TellSettled()
    {
        if (_unanswered is not null || _waiting.Count > 0)
            return;

        _awaitSettled.ForEach(asker => asker.Tell(Settled.Instance));
        _awaitSettled.Clear();
    }

    private sealed class Connection(IActorRef subscriber, IReadOnlyList<ActiveSubscription> subscriptions)
    {
        public IActorRef Subscriber { get; } = subscriber;

        public IReadOnlyList<ActiveSubscription> Subscriptions { get; } = subscriptions;

        public Stage Stage { get; set; }
    }

    private sealed record Change(Connection Connection, ActiveSubscription Subscription, bool Starts);

    private sealed class Tick
    {
        public static readonly Tick Instance = new();
    }
}
