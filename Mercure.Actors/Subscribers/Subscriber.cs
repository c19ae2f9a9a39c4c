using Akka.Actor;
using Akka.Streams;
using Akka.Streams.Dsl;
using Mercure.Actors.Catchup;
using Mercure.Actors.Gateway;
using Mercure.Actors.Live;
using Mercure.Actors.Presence;
using Mercure.Actors.Updates;

namespace Mercure.Actors.Subscribers;

/// <summary>
/// Owns one connection: what it asked for, what it may see, its cursor, and the response. What it catches up on flows to it
/// from <see cref="History"/>, through a <see cref="Replay"/> into an <see cref="SseSink"/>; the newest rows, and what is live,
/// come straight from the <see cref="Switchboard"/>. Child of <see cref="SubscriberSupervisor"/>; when it fails its stream ends.
/// <code>
/// Opening ─ Settled ─► Replaying ─ Attached ─► Live
///                         ▲                     │
///                         └────── lagging ──────┘
/// </code>
/// It reads on only when everything before is flushed, so that nothing is read ahead of a client that does not read: while
/// it waits it holds a position, not a page. Live updates wait in a short queue; when that is full they are dropped, and it
/// replays from the cursor once the client has read the rest: a slow client costs a position, not a queue.
/// </summary>
/// <remarks>No ReceiveActor, whose handlers would be some twenty objects for each connection.</remarks>
internal sealed class Subscriber : UntypedActor
{
    /// <summary>Steps that matching a slice of the newest rows may take, on a thread that others wait for.</summary>
    private const long SliceSteps = 64 * 1024;

    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    private readonly Subscription _subscription;
    private readonly NodeActors _node;
    private readonly TaskCompletionSource<StreamEnd> _ended;
    private readonly EventWriter _response;

    private CancellationTokenRegistration _gone;
    private Position? _cursor;

    // The end of the replay that is under way, if one is; it waits for what it brought to be flushed.
    private IActorRef? _replay;
    private Position _replayEnd;

    private bool _opened;
    private bool _wantsNext;
    private bool _live;
    private bool _lagging;
    private int _unanswered;

    // It costs too much to be live; the position up to which it had everything when it was.
    private bool _isApart;
    private Position _complete;

    // It is in the slow lane, or on its way there.
    private bool _isFollowing;
    private int _follow;

    private StreamEnd? _end;

    public Subscriber(Subscription subscription, TaskCompletionSource<StreamEnd> ended, NodeActors node)
    {
        _subscription = subscription;
        _ended = ended;
        _node = node;
        _response = new EventWriter(subscription.Output, subscription.Encoder, Self);
    }

    /// <summary>What all subscribers of a node share.</summary>
    /// <param name="Switchboard">Of the node.</param>
    /// <param name="History">Of the node.</param>
    /// <param name="Gateway">Of the node.</param>
    /// <param name="Presence">Of the node; null where active subscriptions are not tracked.</param>
    /// <param name="Materializer">Runs their replays.</param>
    internal sealed record NodeActors(IActorRef Switchboard, IActorRef History, IActorRef Gateway, IActorRef? Presence, IMaterializer Materializer);

    /// <summary>Switchboard → subscriber: it forgot everyone.</summary>
    internal sealed class SwitchboardLost
    {
        public static readonly SwitchboardLost Instance = new();
    }

    /// <summary>Slow lane, switchboard → subscriber: it is not matched any more.</summary>
    internal sealed class SlowLaneLost
    {
        public static readonly SlowLaneLost Instance = new();
    }

    /// <summary>Supervisor, switchboard → subscriber: end the stream.</summary>
    internal sealed record End(StreamEnd How);

    /// <summary>Supervisor → subscriber: check the connection, and write a comment.</summary>
    /// <param name="IsWritten">False where there are no comments.</param>
    /// <param name="MaxUnanswered">Heartbeats in a row before each of which something awaited an acknowledgement: then the client counts as gone.</param>
    /// <param name="MaxSilence">Time without any acknowledgement that must have passed, too.</param>
    internal sealed record Heartbeat(bool IsWritten, int MaxUnanswered, TimeSpan MaxSilence);

    /// <summary>Null when this one is not tracked.</summary>
    private IActorRef? Presence => _subscription.Presence is null ? null : _node.Presence;

    protected override void PreStart()
    {
        _gone = _subscription.Gone.UnsafeRegister(static self => ((IActorRef)self!).Tell(new End(StreamEnd.ClientGone), ActorRefs.NoSender), Self);
        if (Presence is null)
            Prepare();
        else
            Presence.Tell(new NodePresence.Join(_subscription.Presence!));
    }

    protected override void PostStop()
    {
        _gone.Unregister();
        Presence?.Tell(NodePresence.Leave.Instance, Self);
        var end = _end ?? StreamEnd.Failed;
        _ended.TrySetResult(_opened || end == StreamEnd.ClientGone ? end : StreamEnd.Refused);
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Delivery run: OnLive(run); break;
            case EventWriter.Flushed flushed: OnFlushed(flushed); break;
            case Heartbeat heartbeat: OnHeartbeat(heartbeat); break;
            case End end: OnEnd(end); break;
            case NodePresence.Announced announced: OnAnnounced(announced); break;
            case Switchboard.Prepared prepared: OnPrepared(prepared); break;
            case PublishGateway.Settled: OnSettled(); break;
            case Switchboard.Attached attached: OnAttached(attached.From); break;
            case Replay.Step step: OnStep(step); break;
            case SlowLane.Stepped stepped: OnStepped(stepped); break;
            case SseSink.Completed: OnReplayed(); break;
            case SseSink.Failed failed: throw new InvalidOperationException("The replay failed.", failed.Cause);
            case Switchboard.ReadSlice slice: OnSlice(slice.Batches); break;
            case Switchboard.ReadFirst first: OnReadFirst(first.ThroughRow); break;
            case Switchboard.MovedApart apart: OnMovedApart(apart.From); break;
            case SwitchboardLost: OnSwitchboardLost(); break;
            case SlowLaneLost: OnSlowLaneLost(); break;
            case History.Resolved resolved: OnResolved(resolved); break;
            case History.PageUnavailable: RetryLater(); break;
            case Retry: Again(); break;
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
        _complete = Position.Zero;
        _response.DropWaiting();
        _node.Switchboard.Tell(Switchboard.Detach.Instance);
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
            _cursor = _response.Cursor < _complete ? _complete : _response.Cursor;
            Next();
        }
        else if (_wantsNext)
        {
            Next();
        }
    }

    private void OnHeartbeat(Heartbeat heartbeat)
    {
        var silence = _subscription.Silence?.Invoke();
        _unanswered = silence is null ? 0 : _unanswered + 1;
        if (_unanswered >= heartbeat.MaxUnanswered && silence >= heartbeat.MaxSilence)
        {
            Finish(StreamEnd.Unreachable);
            return;
        }

        // A client that does not read needs none.
        if (heartbeat.IsWritten && _opened && !_response.IsFlushing)
        {
            _response.Write(_subscription.Encoder.Heartbeat);
            OnWritten();
        }
    }

    /// <summary>That it is here is in the log: it follows what comes after that.</summary>
    private void OnAnnounced(NodePresence.Announced announced)
    {
        if (_subscription.WantsReplay)
            Prepare();
        else
            Settle(announced.Begin);
    }

    /// <summary>What waits is written first. A position that it lags behind counts for nothing.</summary>
    private void OnMovedApart(Position from)
    {
        _isApart = true;
        if (!_live)
            return;

        _live = false;
        _lagging = true;
        _complete = from;
        OnWritten();
    }

    private void OnSlowLaneLost()
    {
        if (!_isFollowing)
            return;

        _isFollowing = false;
        _replay = null;
        // When what is being written is flushed, it attaches anyway.
        if (!_wantsNext)
            RetryLater();
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

        if (_replay is not null)
            _replay.Tell(SseSink.Written.Instance);
        else
            Attach();
    }

    /// <summary>What could not be had is asked for again.</summary>
    private void Again()
    {
        if (_opened)
            Next();
        else
            Prepare();
    }

    private void Prepare() => _node.Switchboard.Tell(new Switchboard.Prepare(_subscription));

    /// <summary>What the node does not know yet comes after whatever id it finds, or does not find.</summary>
    private void OnPrepared(Switchboard.Prepared prepared)
    {
        var known = Position.EndOf(prepared.ThroughRow);
        if (!_subscription.WantsReplay)
        {
            Settle(known);
            return;
        }

        _cursor = known;
        _node.History.Tell(new History.Resolve(_subscription.LastEventIds, _subscription.FromEarliest));
    }

    private void OnResolved(History.Resolved resolved)
    {
        _subscription.BeginsAfter?.Invoke(resolved.Id);
        Settle(resolved.Position ?? _cursor!.Value);
    }

    /// <summary>It begins here. Before its head is sent, whoever published what precedes has the answer.</summary>
    private void Settle(Position cursor)
    {
        _cursor = cursor;
        _node.Gateway.Tell(PublishGateway.GetSettled.Instance);
    }

    /// <summary>The subscription counts: everything after the cursor reaches it, sooner or later. Sends the response head.</summary>
    private void OnSettled()
    {
        if (_opened || _end is not null)
            return;

        _opened = true;
        Context.Parent.Tell(SubscriberSupervisor.Opened.Instance);
        _response.Write(_subscription.Encoder.Opening);
        Next();
    }

    private void Attach()
    {
        if (_isApart)
            AttachSlowly();
        else
            _node.Switchboard.Tell(new Switchboard.Attach(_subscription, _cursor!.Value));
    }

    /// <summary>What comes next costs too much to be matched here, or by the switchboard.</summary>
    private void AttachSlowly()
    {
        _isFollowing = true;
        _node.Switchboard.Tell(new Switchboard.AttachSlowly(_subscription, ++_follow, _cursor!.Value, MayReturn: !_isApart));
    }

    /// <summary>It is live: what follows is complete after this position.</summary>
    private void OnAttached(Position from)
    {
        _live = _end is null;
        _response.Cursor = from;
    }

    private void OnReadFirst(long throughRow)
    {
        if (_cursor is not { } cursor || cursor.NextRow > throughRow)
        {
            // A switchboard that failed knows of nothing to read, but had not attached it either.
            Again();
            return;
        }

        _replayEnd = Position.EndOf(throughRow);
        new Replay(_node.History, _subscription, throughRow).From(cursor).To(new SseSink(Self)).Run(_node.Materializer);
    }

    /// <summary>One that comes late, from a slow lane that has ended, would be a second time, or would leave it waiting for one that is not there.</summary>
    private void OnStepped(SlowLane.Stepped stepped)
    {
        if (!_isFollowing || stepped.Number != _follow)
            return;

        _isFollowing = stepped.Step is Replay.Step.Run;
        OnStep(stepped.Step);
    }

    private void OnStep(Replay.Step step)
    {
        _replay = null;
        switch (step)
        {
            case Replay.Step.Run run:
                _replay = Sender;
                WriteRun(run);
                break;
            case Replay.Step.FellBehind:
                Finish(StreamEnd.FellBehindHistory);
                break;
            case Replay.Step.TooDear:
                AttachSlowly();
                break;
            case Replay.Step.CaughtUp caughtUp:
                _cursor = caughtUp.Cursor;
                Next();
                break;
            case Replay.Step.Interrupted:
                RetryLater();
                break;
        }
    }

    private void OnReplayed()
    {
        _replay = null;
        // Its last page may have held more than was asked for.
        if (_cursor < _replayEnd)
            _cursor = _replayEnd;

        Next();
    }

    private void OnSlice(IReadOnlyList<Log.LogBatch> batches)
    {
        var slice = Selection.Of(batches.SelectMany(batch => batch.Updates), _subscription, _cursor!.Value, batches[^1].SequenceNumber, SliceSteps);
        if (slice.Updates is { } run)
        {
            WriteRun(new Replay.Step.Run(run, slice.Cursor));
            return;
        }

        _cursor = slice.Cursor;
        if (slice.IsSpent)
            AttachSlowly();
        else
            Next();
    }

    private void WriteRun(Replay.Step.Run run)
    {
        _cursor = run.Cursor;
        _wantsNext = true;
        _response.Write(run.Updates);
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
