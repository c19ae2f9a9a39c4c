using Akka.Actor;
using Akka.Streams;
using Akka.Streams.Dsl;
using Mercure.Actors.Catchup;
using Mercure.Actors.Live;
using Mercure.Actors.Updates;

namespace Mercure.Actors.Subscribers;

/// <summary>
/// Owns one connection: what it asked for, what it may see, and its cursor while it catches up. Its stream is a source of
/// replayed runs and the sink that writes them; live updates go from the switchboard to the sink without passing here.
/// Child of <see cref="SubscriberSupervisor"/>; when it fails its stream ends.
/// <code>
/// Opening ─ id resolved ─► Replaying ─ Attached ─► Live
///    └───── no id ────────────┘  ▲                  │
///                                └──── Drained ─────┘
/// </code>
/// While it waits for the client it holds a position, not a page.
/// </summary>
internal sealed class Subscriber : ReceiveActor
{
    /// <summary>One run of a replay: what is put together and written between two pulls.</summary>
    private const int RunBytes = 64 * 1024;

    private const int RunUpdates = 1_000;

    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    private readonly Subscription _subscription;
    private readonly IActorRef _switchboard;
    private readonly IActorRef _history;
    private readonly IMaterializer _materializer;
    private readonly TaskCompletionSource<StreamEnd> _ended;

    private IActorRef _sink = ActorRefs.Nobody;
    private Action<Delivery> _offer = null!;
    private CancellationTokenRegistration _gone;
    private Position? _cursor;
    private long _readThrough;
    private bool _pulled;
    private bool _opened;
    private bool _wantsNext;
    private StreamEnd? _end;

    public Subscriber(Subscription subscription, TaskCompletionSource<StreamEnd> ended, IActorRef switchboard, IActorRef history, IMaterializer materializer)
    {
        _subscription = subscription;
        _ended = ended;
        _switchboard = switchboard;
        _history = history;
        _materializer = materializer;

        Receive<SinkReady>(OnSinkReady);
        Receive<Pulled>(_ => OnPulled());
        Receive<Page>(OnPage);
        Receive<Switchboard.Attached>(_ => OnOpened());
        Receive<Switchboard.ReadSlice>(slice => OnSlice(slice.Batches));
        Receive<Switchboard.ReadFirst>(OnReadFirst);
        Receive<Lagging>(_ => _switchboard.Tell(Switchboard.Detach.Instance));
        Receive<Drained>(OnDrained);
        Receive<SwitchboardLost>(_ => _sink.Tell(SseSink.StopLive.Instance));
        Receive<History.Resolved>(OnResolved);
        Receive<History.RowsTrimmed>(_ => Finish(StreamEnd.FellBehindHistory));
        Receive<History.PageUnavailable>(_ => RetryLater());
        Receive<Retry>(_ => Next());
        Receive<End>(OnEnd);
        Receive<SinkStopped>(_ => Context.Stop(Self));
    }

    /// <summary>Sink → subscriber: live messages may be sent here.</summary>
    internal sealed record SinkReady(IActorRef Sink);

    /// <summary>Stream → subscriber: everything before is flushed; one run is wanted.</summary>
    internal sealed class Pulled
    {
        public static readonly Pulled Instance = new();
    }

    /// <summary>Sink → subscriber: the client does not read fast enough; live updates are dropped from now on.</summary>
    internal sealed class Lagging
    {
        public static readonly Lagging Instance = new();
    }

    /// <summary>Sink → subscriber, after <see cref="Lagging"/>: the client has read everything up to here.</summary>
    internal sealed record Drained(Position Cursor);

    /// <summary>Switchboard → subscriber: it forgot everyone.</summary>
    internal sealed class SwitchboardLost
    {
        public static readonly SwitchboardLost Instance = new();
    }

    /// <summary>Supervisor, switchboard → subscriber: end the stream.</summary>
    internal sealed record End(StreamEnd How);

    /// <summary>Sink → subscriber: nothing will be written any more.</summary>
    internal sealed class SinkStopped
    {
        public static readonly SinkStopped Instance = new();
    }

    protected override void PreStart()
    {
        _offer = Source.FromGraph(new ReplaySource(Self)).To(new SseSink(Self, _subscription, _ended)).Run(_materializer);
        _gone = _subscription.Gone.UnsafeRegister(static self => ((IActorRef)self!).Tell(new End(StreamEnd.ClientGone), ActorRefs.NoSender), Self);
    }

    protected override void PostStop()
    {
        _gone.Unregister();
        _sink.Tell(new SseSink.Finish(StreamEnd.Failed));
    }

    private void OnSinkReady(SinkReady ready)
    {
        _sink = ready.Sink;
        // A client may leave before there was a sink to tell.
        if (_end is { } end)
            Finish(end);
        else
            Next();
    }

    private void OnPulled()
    {
        _pulled = true;
        if (_wantsNext)
            Next();
    }

    /// <summary>Goes on from the cursor: to what comes next in the journal, in memory, or live.</summary>
    private void Next()
    {
        // Live frames overtake what is still being written unless that is flushed.
        _wantsNext = !_pulled;
        if (_wantsNext)
            return;

        if (_cursor is null && _subscription.WantsReplay && !_opened)
            _history.Tell(new History.Resolve(_subscription.FromEarliest ? null : _subscription.LastEventId));
        else if (_cursor is { } cursor && NextRow(cursor) <= _readThrough)
            _history.Tell(new History.GetPage(NextRow(cursor)));
        else
            Attach();
    }

    private void Attach() => _switchboard.Tell(new Switchboard.Attach(_sink, _subscription, _cursor));

    private static long NextRow(Position cursor) =>
        cursor == Position.EndOf(cursor.SequenceNumber) ? cursor.SequenceNumber + 1 : cursor.SequenceNumber;

    private void OnResolved(History.Resolved resolved)
    {
        _cursor = resolved.Position;
        if (!_opened)
            _subscription.BeginsAfter?.Invoke(_subscription.FromEarliest || _cursor is null ? null : _subscription.LastEventId);
        if (_cursor is null)
        {
            Attach();
            return;
        }

        // From here on everything after the cursor reaches it, sooner or later.
        OnOpened();
        _sink.Tell(SseSink.Open.Instance);
        Next();
    }

    private void OnOpened()
    {
        if (_opened)
            return;

        _opened = true;
        Context.Parent.Tell(new SubscriberSupervisor.Opened(_sink));
    }

    private void OnReadFirst(Switchboard.ReadFirst first)
    {
        _readThrough = first.ThroughRow;
        Next();
    }

    private void OnPage(Page page)
    {
        if (page.FirstRow > NextRow(_cursor!.Value))
            Finish(StreamEnd.FellBehindHistory);
        else
            Replay(page.Select(_subscription.Selectors, _cursor.Value).Where(update => _subscription.Grant.Allows(update.Update.Audience)), page.LastRow);
    }

    private void OnSlice(IReadOnlyList<Log.LogBatch> batches)
    {
        var cursor = _cursor!.Value;
        Replay(batches.SelectMany(batch => batch.Updates).Where(update => update.Position > cursor && _subscription.Wants(update)), batches[^1].SequenceNumber);
    }

    private void Replay(IEnumerable<StoredUpdate> updates, long lastRow)
    {
        var bytes = 0;
        Delivery? run = null;
        var count = 0;
        foreach (var update in updates)
        {
            if (bytes >= RunBytes || count >= RunUpdates)
            {
                OfferRun(run!, run!.Position);
                return;
            }

            run = run is null ? Delivery.Of(update) : run.Append(update);
            bytes += update.Update.Size();
            count++;
        }

        if (run is not null)
        {
            OfferRun(run, Position.EndOf(lastRow));
            return;
        }

        _cursor = Position.EndOf(lastRow);
        Next();
    }

    private void OfferRun(Delivery run, Position cursor)
    {
        _cursor = cursor;
        _pulled = false;
        _wantsNext = true;
        _offer(run);
    }

    private void OnDrained(Drained drained)
    {
        _cursor = drained.Cursor;
        Next();
    }

    private void RetryLater() =>
#pragma warning disable AK1004 // One shot of a second: a timer scheduler for each connection would cost more than a dead letter now and then.
        Context.System.Scheduler.ScheduleTellOnce(RetryDelay, Self, Retry.Instance, ActorRefs.NoSender);
#pragma warning restore AK1004

    private void OnEnd(End end)
    {
        // A deadline for opening means nothing to an open stream.
        if (end.How != StreamEnd.Refused || !_opened)
            Finish(end.How);
    }

    private void Finish(StreamEnd end)
    {
        _end ??= end;
        _switchboard.Tell(Switchboard.Detach.Instance);
        _sink.Tell(new SseSink.Finish(end));
    }

    private sealed class Retry
    {
        public static readonly Retry Instance = new();
    }
}
