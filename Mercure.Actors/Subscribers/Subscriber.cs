using Akka.Actor;
using Mercure.Actors.Catchup;
using Mercure.Actors.Live;
using Mercure.Actors.Presence;
using Mercure.Actors.Updates;

namespace Mercure.Actors.Subscribers;

/// <summary>
/// Owns one connection: what it asked for, what it may see, its cursor, and the response. What it catches up on comes from
/// <see cref="History"/> and the <see cref="Switchboard"/>, what is live straight from the switchboard. Child of
/// <see cref="SubscriberSupervisor"/>; when it fails its stream ends.
/// <code>
/// Opening ─ id resolved ─► Replaying ─ Attached ─► Live
///    └───── no id ────────────┘  ▲                  │
///                                └──── lagging ─────┘
/// </code>
/// It reads on only when everything before is flushed, so that nothing is read ahead of a client that does not read: while
/// it waits it holds a position, not a page. Live updates wait in a short queue; when that is full they are dropped, and it
/// replays from the cursor once the client has read the rest: a slow client costs a position, not a queue.
/// </summary>
/// <remarks>No ReceiveActor, whose handlers would be some twenty objects for each connection.</remarks>
internal sealed class Subscriber : UntypedActor
{
    /// <summary>One run of a replay: what is put together and written between two pulls.</summary>
    private const int RunBytes = 64 * 1024;

    private const int RunUpdates = 1_000;

    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    private readonly Subscription _subscription;
    private readonly IActorRef _switchboard;
    private readonly IActorRef _history;
    private readonly IActorRef? _presence;
    private readonly TaskCompletionSource<StreamEnd> _ended;
    private readonly bool _isClustered;
    private readonly EventWriter _response;

    private CancellationTokenRegistration _gone;
    private Position? _cursor;
    private long _readThrough;

    // How far the node knew the log when it looked the id up: one that it did not find may stand anywhere behind.
    private Position? _known;
    private bool _opened;
    private bool _wantsNext;
    private bool _live;
    private bool _lagging;
    private StreamEnd? _end;

    public Subscriber(
        Subscription subscription, TaskCompletionSource<StreamEnd> ended, IActorRef switchboard, IActorRef history, IActorRef? presence, bool isClustered)
    {
        _subscription = subscription;
        _ended = ended;
        _switchboard = switchboard;
        _history = history;
        _presence = subscription.Presence is null ? null : presence;
        _isClustered = isClustered;
        _response = new EventWriter(subscription.Output, subscription.Encoder, Self);
    }

    /// <summary>Switchboard → subscriber: it forgot everyone.</summary>
    internal sealed class SwitchboardLost
    {
        public static readonly SwitchboardLost Instance = new();
    }

    /// <summary>Supervisor, switchboard → subscriber: end the stream.</summary>
    internal sealed record End(StreamEnd How);

    /// <summary>Supervisor → subscriber: write a comment.</summary>
    internal sealed class Heartbeat
    {
        public static readonly Heartbeat Instance = new();
    }

    protected override void PreStart()
    {
        _gone = _subscription.Gone.UnsafeRegister(static self => ((IActorRef)self!).Tell(new End(StreamEnd.ClientGone), ActorRefs.NoSender), Self);
        if (_presence is null)
            Next();
        else
            _presence.Tell(new NodePresence.Join(_subscription.Presence!));
    }

    protected override void PostStop()
    {
        _gone.Unregister();
        _presence?.Tell(NodePresence.Leave.Instance, Self);
        var end = _end ?? StreamEnd.Failed;
        _ended.TrySetResult(_opened || end == StreamEnd.ClientGone ? end : StreamEnd.Refused);
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Delivery run: OnLive(run); break;
            case EventWriter.Flushed flushed: OnFlushed(flushed); break;
            case Heartbeat: OnHeartbeat(); break;
            case End end: OnEnd(end); break;
            case NodePresence.Announced announced: OnAnnounced(announced); break;
            case Switchboard.Prepared prepared: OnPrepared(prepared); break;
            case Switchboard.Attached attached: OnAttached(attached.From); break;
            case Page page: OnPage(page); break;
            case Switchboard.ReadSlice slice: OnSlice(slice.Batches); break;
            case Switchboard.ReadFirst first: OnReadFirst(first); break;
            case SwitchboardLost: OnSwitchboardLost(); break;
            case History.Resolved resolved: OnResolved(resolved); break;
            case History.RowsTrimmed: Finish(StreamEnd.FellBehindHistory); break;
            case History.PageUnavailable: RetryLater(); break;
            case Retry: Next(); break;
            default: Unhandled(message); break;
        }
    }

    private void OnLive(Delivery run)
    {
        if (!_live)
            return;

        if (_response.IsFull)
        {
            Lag();
            return;
        }

        _response.Write(run);
        OnWritten();
    }

    /// <summary>Falls back to a cursor: the last update that was written, or is being written.</summary>
    private void Lag()
    {
        _live = false;
        _lagging = true;
        _response.DropWaiting();
        _switchboard.Tell(Switchboard.Detach.Instance);
        OnWritten();
    }

    private void OnFlushed(EventWriter.Flushed flushed)
    {
        if (_end is not null)
        {
            Close();
            return;
        }

        _response.GoOn(flushed);
        OnWritten();
    }

    /// <summary>Goes on when everything before is flushed.</summary>
    private void OnWritten()
    {
        if (_response.IsFlushing || _end is not null)
            return;

        if (_response.IsGone)
        {
            Finish(StreamEnd.ClientGone);
        }
        else if (_lagging)
        {
            _lagging = false;
            _cursor = _response.Cursor;
            Next();
        }
        else if (_wantsNext)
        {
            Next();
        }
    }

    private void OnHeartbeat()
    {
        // A client that does not read needs none.
        if (_opened && !_response.IsFlushing)
        {
            _response.Write(_subscription.Encoder.Heartbeat);
            OnWritten();
        }
    }

    /// <summary>That it is here is in the log: it follows what comes after that.</summary>
    private void OnAnnounced(NodePresence.Announced announced)
    {
        if (!_subscription.WantsReplay)
            _cursor = announced.Begin;

        Next();
    }

    private void OnSwitchboardLost()
    {
        if (_live)
            Lag();
    }

    /// <summary>Goes on from the cursor: to what comes next in the journal, in memory, or live.</summary>
    private void Next()
    {
        // Nothing is read ahead of a client that does not read.
        _wantsNext = _response.IsFlushing;
        if (_wantsNext)
            return;

        if (_cursor is null && _subscription.WantsReplay && !_opened)
            Prepare();
        else if (_cursor is { } cursor && NextRow(cursor) <= _readThrough)
            _history.Tell(new History.GetPage(NextRow(cursor)));
        else
            Attach();
    }

    /// <summary>In a cluster the id may be of an update that this node has not heard of yet.</summary>
    private void Prepare()
    {
        if (_isClustered)
            _switchboard.Tell(new Switchboard.Prepare(_subscription));
        else
            Resolve();
    }

    private void OnPrepared(Switchboard.Prepared prepared)
    {
        _known = Position.EndOf(prepared.ThroughRow);
        Resolve();
    }

    private void Resolve() => _history.Tell(new History.Resolve(_subscription.FromEarliest ? null : _subscription.LastEventId));

    private void Attach() => _switchboard.Tell(new Switchboard.Attach(_subscription, _cursor));

    private static long NextRow(Position cursor) =>
        cursor == Position.EndOf(cursor.SequenceNumber) ? cursor.SequenceNumber + 1 : cursor.SequenceNumber;

    private void OnResolved(History.Resolved resolved)
    {
        _cursor = resolved.Position ?? _known;
        if (!_opened)
            _subscription.BeginsAfter?.Invoke(_subscription.FromEarliest || resolved.Position is null ? null : _subscription.LastEventId);
        if (_cursor is null)
        {
            Attach();
            return;
        }

        // From here on everything after the cursor reaches it, sooner or later.
        Open();
        Next();
    }

    /// <summary>It is live: what follows is complete after this position.</summary>
    private void OnAttached(Position from)
    {
        _live = _end is null;
        _response.Cursor = from;
        Open();
    }

    /// <summary>The subscription counts: sends the response head.</summary>
    private void Open()
    {
        if (_opened || _end is not null)
            return;

        _opened = true;
        Context.Parent.Tell(SubscriberSupervisor.Opened.Instance);
        _response.Write(_subscription.Encoder.Opening);
        OnWritten();
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
            Replay(page.Select(_subscription.Selectors, _cursor.Value).Where(_subscription.MayRead), page.LastRow);
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
                WriteRun(run!, run!.Position);
                return;
            }

            run = run is null ? Delivery.Of(update) : run.Append(update);
            bytes += update.Update.Size();
            count++;
        }

        if (run is not null)
        {
            WriteRun(run, Position.EndOf(lastRow));
            return;
        }

        _cursor = Position.EndOf(lastRow);
        Next();
    }

    private void WriteRun(Delivery run, Position cursor)
    {
        _cursor = cursor;
        _wantsNext = true;
        _response.Write(run);
        OnWritten();
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
        if (_end is not null)
            return;

        _end = end;
        _live = false;
        if (!_response.IsFlushing)
        {
            Close();
            return;
        }

        // The client does not read: it will not read a farewell either.
        _subscription.Abort?.Invoke();
        _response.CancelFlush();
    }

    private void Close()
    {
        if (_opened && _end != StreamEnd.ClientGone)
            _response.Close();

        Context.Stop(Self);
    }

    private sealed class Retry
    {
        public static readonly Retry Instance = new();
    }
}
