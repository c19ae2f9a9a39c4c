using Akka.Actor;
using Mercure.Actors.Hosting;
using Mercure.Actors.Log;
using Mercure.Actors.Protocol;
using Mercure.Actors.Updates;

namespace Mercure.Actors.Gateway;

/// <summary>
/// The only door of a node to the topic matcher: gathers publishes into numbered requests, keeps a few outstanding, sends
/// each again until it is answered, and tells a publisher that waited too long that the hub is unavailable. Owns what is
/// waiting, within bounds. A restart is a new gateway: its publishers are told within their timeout.
/// </summary>
internal sealed class PublishGateway : ReceiveActor, IWithTimers
{
    /// <summary>Requests that may be unanswered: enough to gather while others are written, few enough to gather well.</summary>
    internal const int MaxOutstanding = 4;

    /// <summary>Publishes that may wait, beyond which the next is refused at once.</summary>
    internal const int MaxWaiting = 20_000;

    /// <inheritdoc cref="MaxWaiting"/>
    internal const long MaxWaitingBytes = 64 * 1024 * 1024;

    private const int RequestUpdates = 200;
    private const long RequestBytes = 256 * 1024;

    private static readonly TimeSpan TickInterval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan ResendAfter = TimeSpan.FromMilliseconds(500);

    private readonly HubOptions _options;
    private readonly IActorRef _matcher;
    private readonly TimeProvider _clock;
    private readonly Guid _gateway = Guid.NewGuid();
    private readonly Queue<Waiting> _waiting = new();
    private readonly Dictionary<long, Outstanding> _outstanding = [];

    private long _lastNumber;
    private int _unanswered;
    private long _unansweredBytes;

    public PublishGateway(HubOptions options, IActorRef matcher, TimeProvider clock)
    {
        _options = options;
        _matcher = matcher;
        _clock = clock;

        Receive<Publish>(OnPublish);
        Receive<GetSettled>(_ => Sender.Tell(Settled.Instance));
        Receive<PublishProtocol.RequestStored>(OnStored);
        Receive<PublishProtocol.RequestFailed>(OnFailed);
        Receive<Tick>(_ => OnTick());
    }

    public ITimerScheduler Timers { get; set; } = null!;

    /// <summary>HTTP → gateway: store this update and complete the promise.</summary>
    public sealed record Publish(Update Update, TaskCompletionSource<PublishResult> Promise);

    /// <summary>
    /// Subscriber → gateway, once it knows where its stream begins. Answered by <see cref="Settled"/> behind all answers that the
    /// writer gave before it routed what precedes that place.
    /// </summary>
    public sealed class GetSettled
    {
        public static readonly GetSettled Instance = new();
    }

    /// <summary>Gateway → subscriber: publishers of this node that were answered before the question know it.</summary>
    public sealed class Settled
    {
        public static readonly Settled Instance = new();
    }

    public static Props Props(HubOptions options, IActorRef matcher, TimeProvider clock) =>
        Akka.Actor.Props.Create<PublishGateway>(options, matcher, clock);

    protected override void PreStart() => Timers.StartPeriodicTimer(nameof(Tick), Tick.Instance, TickInterval);

    protected override void PostStop()
    {
        foreach (var waiting in _waiting.Concat(_outstanding.Values.SelectMany(outstanding => outstanding.Publishes)))
            waiting.Promise.TrySetResult(new PublishResult.Unavailable("The hub is stopping."));
    }

    private void OnPublish(Publish publish)
    {
        var bytes = publish.Update.Size();
        if (_unanswered >= MaxWaiting || _unansweredBytes + bytes > MaxWaitingBytes)
        {
            publish.Promise.TrySetResult(new PublishResult.Unavailable("Too many updates are waiting to be stored."));
            return;
        }

        _unanswered++;
        _unansweredBytes += bytes;
        _waiting.Enqueue(new Waiting(publish.Update, publish.Promise, bytes, _clock.GetTimestamp()));
        SendWaiting();
    }

    private void SendWaiting()
    {
        while (_waiting.Count > 0 && _outstanding.Count < MaxOutstanding && IsInWindow(_lastNumber + 1))
        {
            var publishes = TakeRequest();
            var token = new RequestToken(_gateway, ++_lastNumber);
            var request = new PublishProtocol.StoreRequest(_options.Name, token, publishes.ConvertAll(waiting => waiting.Update));
            _outstanding.Add(token.Number, new Outstanding(request, publishes, _clock.GetTimestamp()));
            _matcher.Tell(request);
        }
    }

    /// <summary>The writer forgets answers by count: an unanswered request must not fall out of its memory.</summary>
    private bool IsInWindow(long number)
    {
        foreach (var unanswered in _outstanding.Keys)
        {
            if (number - unanswered >= RequestMemory.AnswersPerGateway)
                return false;
        }

        return true;
    }

    private List<Waiting> TakeRequest()
    {
        var publishes = new List<Waiting>();
        var bytes = 0L;
        while (publishes.Count < RequestUpdates && _waiting.TryPeek(out var next) && (publishes.Count == 0 || bytes + next.Bytes <= RequestBytes))
        {
            publishes.Add(_waiting.Dequeue());
            bytes += next.Bytes;
        }

        return publishes;
    }

    private void OnStored(PublishProtocol.RequestStored stored)
    {
        if (!_outstanding.Remove(stored.Token.Number, out var outstanding))
            return;

        for (var i = 0; i < outstanding.Publishes.Count; i++)
            Complete(outstanding.Publishes[i], new PublishResult.Stored(stored.Ids[i]));

        SendWaiting();
    }

    private void OnFailed(PublishProtocol.RequestFailed failed)
    {
        // In a cluster another writer may take it, or say that it is stored: it is sent again until the time is up.
        if (_options.Cluster is null && _outstanding.Remove(failed.Token.Number, out var outstanding))
            GiveUp(outstanding.Publishes, "The journal did not take the update.");
    }

    private void OnTick()
    {
        var now = _clock.GetTimestamp();
        foreach (var (number, outstanding) in _outstanding)
        {
            if (_clock.GetElapsedTime(outstanding.Publishes[0].Since, now) >= _options.PublishTimeout)
            {
                _outstanding.Remove(number);
                GiveUp(outstanding.Publishes, "The journal did not answer in time.");
            }
            else if (_clock.GetElapsedTime(outstanding.SentAt, now) >= ResendAfter)
            {
                outstanding.SentAt = now;
                _matcher.Tell(outstanding.Request);
            }
        }

        var late = new List<Waiting>();
        while (_waiting.TryPeek(out var oldest) && _clock.GetElapsedTime(oldest.Since, now) >= _options.PublishTimeout)
            late.Add(_waiting.Dequeue());

        GiveUp(late, "The journal did not answer in time.");
        SendWaiting();
    }

    private void GiveUp(List<Waiting> publishes, string reason)
    {
        foreach (var publish in publishes)
            Complete(publish, new PublishResult.Unavailable(reason));
    }

    private void Complete(Waiting publish, PublishResult result)
    {
        _unanswered--;
        _unansweredBytes -= publish.Bytes;
        publish.Promise.TrySetResult(result);
    }

    private sealed record Waiting(Update Update, TaskCompletionSource<PublishResult> Promise, int Bytes, long Since);

    private sealed class Outstanding(PublishProtocol.StoreRequest request, List<Waiting> publishes, long sentAt)
    {
        public PublishProtocol.StoreRequest Request { get; } = request;

        /// <summary>In the order of the request's updates; never empty.</summary>
        public List<Waiting> Publishes { get; } = publishes;

        public long SentAt { get; set; } = sentAt;
    }

    private sealed class Tick
    {
        public static readonly Tick Instance = new();
    }
}
