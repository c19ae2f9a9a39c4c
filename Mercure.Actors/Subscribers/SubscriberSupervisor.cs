using Akka.Actor;
using Akka.Streams;
using Mercure.Actors.Hosting;

namespace Mercure.Actors.Subscribers;

/// <summary>
/// Parent of a node's subscribers: opens them, ends them when their time is up or the hub stops, and has their streams
/// write heartbeats and look for clients whose network is gone, spread over the interval, from one tick. Owns the deadlines. A subscriber that fails is not restarted:
/// its stream ends, and its client comes back.
/// </summary>
internal sealed class SubscriberSupervisor : ReceiveActor, IWithTimers
{
    /// <summary>Heartbeats go to one bucket of the streams at a time.</summary>
    private const int Buckets = 16;

    /// <summary>Heartbeats that may stay unanswered.</summary>
    private const int MaxUnanswered = 3;

    /// <summary>Between two looks at a stream that has no heartbeats.</summary>
    private static readonly TimeSpan SilentInterval = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan DeadlineTick = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan StopTick = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan OpeningTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Of one that is tracked in a cluster: a failover may have to pass before its beginning is committed.</summary>
    private static readonly TimeSpan TrackedOpeningTimeout = ClusterOptions.DefaultPublishTimeout;

    private readonly HubOptions _options;
    private readonly Subscriber.NodeActors _node;
    private readonly TimeProvider _clock;
    private readonly TimeSpan _interval;
    private readonly Subscriber.Heartbeat _heartbeat;
    private readonly Dictionary<IActorRef, Stream> _streams = [];
    private readonly HashSet<IActorRef>[] _beating = [.. Enumerable.Range(0, Buckets).Select(_ => new HashSet<IActorRef>())];
    private readonly Dictionary<IActorRef, (long Since, TimeSpan Timeout)> _opening = [];

    // A token ends at a time of the clock; a stream's longest life is an interval, whatever the clock is set to meanwhile.
    private readonly SortedSet<Stream> _byEnd = new(Comparer<Stream>.Create(static (one, other) => (one.EndsAt, one.Number).CompareTo((other.EndsAt, other.Number))));
    private readonly SortedSet<Stream> _byLife = new(Comparer<Stream>.Create(static (one, other) => (one.LivesUntil, one.Number).CompareTo((other.LivesUntil, other.Number))));
    private readonly long _began;

    private long _opened;
    private int _bucket;
    private long _lastBeat;
    private IActorRef? _stopping;
    private Queue<IActorRef> _toStop = [];

    public SubscriberSupervisor(HubOptions options, IActorRef switchboard, IActorRef history, IActorRef gateway, TimeProvider clock, IActorRef? presence)
    {
        _options = options;
        _clock = clock;
        _began = clock.GetTimestamp();
        var hasHeartbeats = options.HeartbeatInterval > TimeSpan.Zero;
        _interval = hasHeartbeats ? options.HeartbeatInterval : SilentInterval;
        var unanswered = Math.Max(MaxUnanswered, (int)Math.Ceiling(options.MinSilence / _interval));
        _heartbeat = new Subscriber.Heartbeat(hasHeartbeats, unanswered, unanswered * _interval);
        var materializer = Context.Materializer(ActorMaterializerSettings.Create(Context.System).WithDispatcher(HubDispatchers.Streams), "replay");
        _node = new Subscriber.NodeActors(switchboard, history, gateway, presence, materializer);

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

    public static Props Props(
        HubOptions options, IActorRef switchboard, IActorRef history, IActorRef gateway, TimeProvider clock, IActorRef? presence = null) =>
        Akka.Actor.Props.Create<SubscriberSupervisor>(options, switchboard, history, gateway, clock, presence);

    protected override SupervisorStrategy SupervisorStrategy() => Akka.Actor.SupervisorStrategy.StoppingStrategy;

    protected override void PreStart()
    {
        Timers.StartPeriodicTimer(nameof(DeadlinesDue), DeadlinesDue.Instance, DeadlineTick);
        Timers.StartPeriodicTimer(nameof(Beat), Beat.Instance, _interval / Buckets);
    }

    private void OnOpen(Open open)
    {
        if (_stopping is not null)
        {
            // A load balancer takes a refusal to the next node. Where there is none, a browser would never come back after one, but does
            // after a stream that ends
            open.Ended.TrySetResult(_options.Cluster is null ? StreamEnd.HubStopping : StreamEnd.Refused);
            return;
        }

        // Props.Create with an expression costs more than everything else about a connection.
        var subscriber = Context.ActorOf(Akka.Actor.Props.CreateBy(new Producer(this, open)).WithDispatcher(HubDispatchers.Streams));
        Context.Watch(subscriber);
        var stream = new Stream(subscriber, ++_opened, open.Subscription.EndsAt, _clock.GetElapsedTime(_began) + open.Subscription.Longest);
        _streams.Add(subscriber, stream);
        var isTracked = open.Subscription.Presence is not null && _options.Cluster is not null;
        _opening.Add(subscriber, (_clock.GetTimestamp(), isTracked ? TrackedOpeningTimeout : OpeningTimeout));
        if (stream.EndsAt is not null)
            _byEnd.Add(stream);
        if (stream.LivesUntil is not null)
            _byLife.Add(stream);
    }

    private void OnOpened()
    {
        if (!_streams.TryGetValue(Sender, out var stream))
            return;

        _beating[stream.Number % Buckets].Add(Sender);
        _opening.Remove(Sender);
    }

    private void OnTerminated(IActorRef subscriber)
    {
        if (!_streams.Remove(subscriber, out var stream))
            return;

        _opening.Remove(subscriber);
        ForgetDeadlines(stream);
        _beating[stream.Number % Buckets].Remove(subscriber);
        if (_streams.Count == 0)
            _stopping?.Tell(AllStopped.Instance);
    }

    private void ForgetDeadlines(Stream stream)
    {
        _byEnd.Remove(stream);
        _byLife.Remove(stream);
    }

    private void OnBeat()
    {
        // After a pause of the process the timer catches up: heartbeats at once would be no measure of a client's silence
        if (_clock.GetElapsedTime(_lastBeat) < _interval / (2 * Buckets))
            return;

        _lastBeat = _clock.GetTimestamp();
        _bucket = (_bucket + 1) % Buckets;
        foreach (var subscriber in _beating[_bucket])
            subscriber.Tell(_heartbeat, ActorRefs.NoSender);
    }

    private void OnDeadlines()
    {
        foreach (var (subscriber, opening) in _opening)
        {
            if (_clock.GetElapsedTime(opening.Since) < opening.Timeout)
                continue;

            _opening.Remove(subscriber);
            subscriber.Tell(new Subscriber.End(StreamEnd.Refused));
        }

        var now = _clock.GetUtcNow();
        while (_byEnd.Min is { } stream && stream.EndsAt <= now)
            EndInTime(stream);

        var age = _clock.GetElapsedTime(_began);
        while (_byLife.Min is { } stream && stream.LivesUntil <= age)
            EndInTime(stream);
    }

    private void EndInTime(Stream stream)
    {
        ForgetDeadlines(stream);
        stream.Subscriber.Tell(new Subscriber.End(StreamEnd.TimeUp));
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

    private sealed record Stream(IActorRef Subscriber, long Number, DateTimeOffset? EndsAt, TimeSpan? LivesUntil);

    private sealed class Producer(SubscriberSupervisor parent, Open open) : IIndirectActorProducer
    {
        public Type ActorType => typeof(Subscriber);

        public ActorBase Produce() => new Subscriber(open.Subscription, open.Ended, parent._node);

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
