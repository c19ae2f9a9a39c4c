using Akka.Actor;
using Mercure.Actors.Hosting;

namespace Mercure.Actors.Subscribers;

/// <summary>
/// Parent of a node's subscribers: opens them, ends them when their time is up or the hub stops, and has their streams
/// write heartbeats, spread over the interval, from one tick. Owns the deadlines. A subscriber that fails is not restarted:
/// its stream ends, and its client comes back.
/// </summary>
internal sealed class SubscriberSupervisor : ReceiveActor, IWithTimers
{
    /// <summary>Heartbeats go to one bucket of the streams at a time.</summary>
    private const int Buckets = 16;

    private static readonly TimeSpan DeadlineTick = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan StopTick = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan OpeningTimeout = TimeSpan.FromSeconds(5);

    private readonly HubOptions _options;
    private readonly IActorRef _switchboard;
    private readonly IActorRef _history;
    private readonly IActorRef? _presence;
    private readonly TimeProvider _clock;
    private readonly Dictionary<IActorRef, Stream> _streams = [];
    private readonly HashSet<IActorRef>[] _beating = [.. Enumerable.Range(0, Buckets).Select(_ => new HashSet<IActorRef>())];
    private readonly SortedSet<(DateTimeOffset At, long Number)> _deadlines = [];
    private readonly Dictionary<long, (IActorRef Subscriber, StreamEnd End)> _byNumber = [];

    private long _opened;
    private int _bucket;
    private IActorRef? _stopping;
    private Queue<IActorRef> _toStop = [];

    public SubscriberSupervisor(HubOptions options, IActorRef switchboard, IActorRef history, TimeProvider clock, IActorRef? presence)
    {
        _options = options;
        _switchboard = switchboard;
        _history = history;
        _presence = presence;
        _clock = clock;

        Receive<Open>(OnOpen);
        Receive<Opened>(_ => OnOpened());
        Receive<Terminated>(terminated => OnTerminated(terminated.ActorRef));
        Receive<Beat>(_ => OnBeat());
        Receive<DeadlinesDue>(_ => OnDeadlines());
        Receive<StopAll>(OnStopAll);
        Receive<StopSome>(some => OnStopSome(some.Count));
    }

    public ITimerScheduler Timers { get; set; } = null!;

    /// <summary>HTTP → supervisor: open a stream; the promise is kept when it has ended.</summary>
    public sealed record Open(Subscription Subscription, TaskCompletionSource<StreamEnd> Ended);

    /// <summary>Subscriber → supervisor: its response head is on its way.</summary>
    public sealed class Opened
    {
        public static readonly Opened Instance = new();
    }

    /// <summary>
    /// Host → supervisor: the hub is stopping, no stream is opened from now on, and those that there are end within this
    /// time. Answered by <see cref="AllStopped"/> when every stream has ended.
    /// </summary>
    public sealed record StopAll(TimeSpan Over);

    /// <summary>Supervisor → host.</summary>
    public sealed class AllStopped
    {
        public static readonly AllStopped Instance = new();
    }

    public static Props Props(HubOptions options, IActorRef switchboard, IActorRef history, TimeProvider clock, IActorRef? presence = null) =>
        Akka.Actor.Props.Create<SubscriberSupervisor>(options, switchboard, history, clock, presence);

    protected override SupervisorStrategy SupervisorStrategy() => Akka.Actor.SupervisorStrategy.StoppingStrategy;

    protected override void PreStart()
    {
        Timers.StartPeriodicTimer(nameof(DeadlinesDue), DeadlinesDue.Instance, DeadlineTick);
        if (_options.HeartbeatInterval > TimeSpan.Zero)
            Timers.StartPeriodicTimer(nameof(Beat), Beat.Instance, _options.HeartbeatInterval / Buckets);
    }

    private void OnOpen(Open open)
    {
        if (_stopping is not null)
        {
            open.Ended.TrySetResult(StreamEnd.Refused);
            return;
        }

        // Props.Create with an expression costs more than everything else about a connection.
        var subscriber = Context.ActorOf(Akka.Actor.Props.CreateBy(new Producer(this, open)).WithDispatcher(HubDispatchers.Streams));
        Context.Watch(subscriber);
        var stream = new Stream(++_opened);
        _streams.Add(subscriber, stream);
        AddDeadline(stream, _clock.GetUtcNow() + OpeningTimeout, subscriber, StreamEnd.Refused);
        if (open.Subscription.EndsAt is { } endsAt)
            AddDeadline(stream, endsAt, subscriber, StreamEnd.TimeUp);
    }

    private void AddDeadline(Stream stream, DateTimeOffset at, IActorRef subscriber, StreamEnd end)
    {
        // Two numbers a stream: one for its opening, one for its end.
        var number = (stream.Number * 2) + (end == StreamEnd.TimeUp ? 1 : 0);
        stream.Deadlines.Add((at, number));
        _deadlines.Add((at, number));
        _byNumber.Add(number, (subscriber, end));
    }

    private void OnOpened()
    {
        if (!_streams.TryGetValue(Sender, out var stream))
            return;

        _beating[stream.Number % Buckets].Add(Sender);
        RemoveDeadline(stream.Deadlines[0]);
    }

    private void OnTerminated(IActorRef subscriber)
    {
        if (!_streams.Remove(subscriber, out var stream))
            return;

        stream.Deadlines.ForEach(RemoveDeadline);
        _beating[stream.Number % Buckets].Remove(subscriber);
        if (_streams.Count == 0)
            _stopping?.Tell(AllStopped.Instance);
    }

    private void RemoveDeadline((DateTimeOffset At, long Number) deadline)
    {
        _deadlines.Remove(deadline);
        _byNumber.Remove(deadline.Number);
    }

    private void OnBeat()
    {
        _bucket = (_bucket + 1) % Buckets;
        foreach (var subscriber in _beating[_bucket])
            subscriber.Tell(Subscriber.Heartbeat.Instance, ActorRefs.NoSender);
    }

    private void OnDeadlines()
    {
        var now = _clock.GetUtcNow();
        while (_deadlines.Count > 0 && _deadlines.Min.At <= now)
        {
            var due = _deadlines.Min;
            var (subscriber, end) = _byNumber[due.Number];
            RemoveDeadline(due);
            subscriber.Tell(new Subscriber.End(end));
        }
    }

    private void OnStopAll(StopAll stop)
    {
        _stopping = Sender;
        _toStop = new Queue<IActorRef>(_streams.Keys);
        if (_streams.Count == 0)
            _stopping.Tell(AllStopped.Instance);

        var steps = (int)(stop.Over / StopTick);
        if (steps < 2)
            OnStopSome(_toStop.Count);
        else
            Timers.StartPeriodicTimer(nameof(StopSome), new StopSome((_toStop.Count + steps - 1) / steps), StopTick);
    }

    private void OnStopSome(int count)
    {
        while (count-- > 0 && _toStop.TryDequeue(out var subscriber))
            subscriber.Tell(new Subscriber.End(StreamEnd.HubStopping));

        if (_toStop.Count == 0)
            Timers.Cancel(nameof(StopSome));
    }

    private sealed class Stream(long number)
    {
        public long Number { get; } = number;

        /// <summary>Of its opening, then of its end if it has one.</summary>
        public List<(DateTimeOffset At, long Number)> Deadlines { get; } = new(2);
    }

    private sealed class Producer(SubscriberSupervisor parent, Open open) : IIndirectActorProducer
    {
        public Type ActorType => typeof(Subscriber);

        public ActorBase Produce() => new Subscriber(
            open.Subscription, open.Ended, parent._switchboard, parent._history, parent._presence, parent._options.Cluster is not null);

        public void Release(ActorBase actor)
        {
        }
    }

    private sealed record StopSome(int Count);

    private sealed class Beat
    {
        public static readonly Beat Instance = new();
    }

    private sealed class DeadlinesDue
    {
        public static readonly DeadlinesDue Instance = new();
    }
}
