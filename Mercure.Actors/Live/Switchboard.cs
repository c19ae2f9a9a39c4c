using Akka.Actor;
using Akka.Event;
using Mercure.Actors.Catchup;
using Mercure.Actors.Hosting;
using Mercure.Actors.Log;
using Mercure.Actors.Protocol;
using Mercure.Actors.Subscribers;
using Mercure.Actors.Updates;

namespace Mercure.Actors.Live;

/// <summary>
/// A node's end of the log: linked to the topic matcher, it hands each committed batch to the live subscribers whom it
/// concerns. Owns the watermark (the cursor of every live subscriber), the newest rows, and the subscribers' index. Asked
/// by subscribers to attach; asks history to fill what the link lost. In a cluster it tells the matcher what its subscribers
/// want, and attaches one when it is known since when the rows in hand hold all that it wants. Those whose selectors cost too much
/// are matched by its child, the <see cref="SlowLane"/>. A restart links anew and fills
/// the gap; its subscribers notice and come back from their own cursors.
/// <code>
/// Unlinked ─ Connected ─► Linked ─ gap or later writer ─► Linked and filling ─ level with the head ─► Linked
///     ▲                     │
///     └─ nothing heard ─────┘
/// </code>
/// </summary>
internal sealed partial class Switchboard : ReceiveActor, IWithTimers
{
    /// <summary>Newest rows kept for those who are nearly level.</summary>
    private const long RecentUpdates = 10_000;

    /// <inheritdoc cref="RecentUpdates"/>
    private const long RecentBytes = 16 * 1024 * 1024;

    /// <summary>Confirmed at once when this much has arrived, else at the next tick.</summary>
    private const long ConfirmBytes = Matcher.Links.DefaultWindowBytes / 4;

    /// <summary>Ticks without a word from the writer after which the link counts as broken.</summary>
    private const int SilentTicks = 4;

    private readonly HubOptions _options;
    private readonly IActorRef _matcher;
    private readonly IActorRef _history;
    private readonly IActorRef _slowLane;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly Guid _self = Guid.NewGuid();
    private readonly FanOut _fanOut;
    private readonly RecentBatches _recent = new(RecentUpdates, RecentBytes);
    private readonly RecentBatches _ahead = new(RecentUpdates, RecentBytes);
    private readonly Dictionary<IActorRef, Attachment> _attached = [];
    private readonly Dictionary<IActorRef, Subscription> _slow = [];
    private readonly Interests? _interests;

    // Those that wait for the link, for the watermark, or for the matcher to know what they want.
    private readonly Queue<(object Request, IActorRef Subscriber, long Number)> _waiting = new();

    private LinkId _link;
    private Epoch _epoch;
    private LogHead _head;
    private UpdateIds? _ids;
    private long _watermark = -1;
    private bool _linked;
    private bool _filling;
    private int _silent;
    private long _unconfirmed;

    public Switchboard(HubOptions options, IActorRef matcher, IActorRef history)
    {
        _options = options;
        _matcher = matcher;
        _history = history;
        _slowLane = Context.ActorOf(SlowLane.Props(history).WithDispatcher(HubDispatchers.SlowLane), "slow-lane");
        _fanOut = new FanOut(_log, options.LogsUpdates);
        _interests = options.Cluster is { } cluster
            ? new Interests(options.Name, cluster.MaxInterests, (int)(cluster.InterestLinger / options.TickInterval))
            : null;

        Receive<LinkProtocol.Routed>(OnRouted);
        Receive<Attach>(OnAttach);
        Receive<Prepare>(OnPrepare);
        Receive<AttachSlowly>(OnAttachSlowly);
        Receive<RemoveApart>(_ => OnRemoveApart());
        Receive<Detach>(_ => Forget(Sender));
        Receive<GetState>(_ => Sender.Tell(State.Instance));
        Receive<LinkProtocol.Connected>(OnConnected);
        Receive<LinkProtocol.Disconnected>(OnDisconnected);
        Receive<LinkProtocol.InterestsTaken>(OnInterestsTaken);
        Receive<Page>(OnPage);
        Receive<History.RowsTrimmed>(OnRowsTrimmed);
        Receive<History.PageUnavailable>(_ => OnPageUnavailable());
        Receive<Refill>(_ => OnRefill());
        Receive<Tick>(_ => OnTick());
        Receive<Terminated>(terminated => Forget(terminated.ActorRef));
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props Props(HubOptions options, IActorRef matcher, IActorRef history) =>
        Akka.Actor.Props.Create<Switchboard>(options, matcher, history);

    protected override void PreStart()
    {
        Timers.StartPeriodicTimer(nameof(Tick), Tick.Instance, _options.TickInterval);
        Connect();
    }

    protected override void PreRestart(Exception reason, object message)
    {
        foreach (var subscriber in _attached.Keys)
            subscriber.Tell(Subscriber.SwitchboardLost.Instance);
        foreach (var (_, subscriber, _) in _waiting)
            subscriber.Tell(new ReadFirst(ThroughRow: -1));
        foreach (var subscriber in _slow.Keys)
            subscriber.Tell(Subscriber.SlowLaneLost.Instance);

        base.PreRestart(reason, message);
    }

    private void Connect()
    {
        _linked = false;
        _link = new LinkId(_self, _link.Attempt + 1);
        _matcher.Tell(new LinkProtocol.Connect(_options.Name, _link, Self));
        // From here on rows come from history, or by a link that leaves nothing out: what an earlier one left out must not be taken.
        _ahead.Begin(_watermark + 1);
        _interests?.Unlink(_watermark);
        ServeWaiting();
    }

    private void OnTick()
    {
        _fanOut.BeginInterval();
        if (!_linked)
            _matcher.Tell(new LinkProtocol.Connect(_options.Name, _link, Self));
        else if (++_silent >= SilentTicks)
            Connect();
        else if (_unconfirmed > 0)
            Confirm();

        if (_interests?.Tick() is { } unanswered)
            _matcher.Tell(unanswered);

        Declare();
    }

    private void OnConnected(LinkProtocol.Connected connected)
    {
        // An earlier attempt's answer, or a writer that has a successor: what it says is true but no longer all there is.
        if (connected.Link != _link || _linked || connected.Epoch.Start < _epoch.Start)
            return;

        _linked = true;
        _silent = 0;
        _epoch = connected.Epoch;
        if (_ids is null || !_ids.Key.Span.SequenceEqual(connected.IdKey.Span))
            _ids = new UpdateIds(connected.IdKey);

        MoveHead(connected.Head);
        if (_watermark < 0)
            BeginAfter(connected.Head.SequenceNumber);

        FillIfBehind();
        _interests?.Link(_link);
        ServeWaiting();
        Declare();
    }

    private void OnDisconnected(LinkProtocol.Disconnected disconnected)
    {
        if (disconnected.Link == _link && _linked)
            Connect();
    }

    private void OnRouted(LinkProtocol.Routed routed)
    {
        if (routed.Link != _link || !_linked || routed.Epoch != _epoch)
            return;

        _silent = 0;
        if (routed.Head.SequenceNumber > _head.SequenceNumber || routed.Head.IndexedThrough > _head.IndexedThrough)
            MoveHead(routed.Head);

        var batch = routed.Row?.Batch(_ids!, _options.SubscriptionEvents);
        if (batch is not null)
        {
            _unconfirmed += batch.Bytes;
            if (_unconfirmed >= ConfirmBytes)
                Confirm();
        }

        if (_filling || routed.Previous > _watermark)
            Hold(routed, batch);
        else
            Follow(batch, routed.Head.SequenceNumber);
    }

    /// <summary>The link told everything before: what it left out is not for this node.</summary>
    private void Follow(LogBatch? batch, long head)
    {
        if (batch is not null && batch.SequenceNumber > _watermark)
            Take(batch);

        PassTo(head);
        ServeWaiting();
    }

    /// <summary>Something is missing before it. Kept, so that filling the gap ends also when rows come faster than reads.</summary>
    private void Hold(LinkProtocol.Routed routed, LogBatch? batch)
    {
        if (routed.Previous > _ahead.Newest)
            _ahead.Begin(routed.Previous + 1);
        if (batch is not null)
            _ahead.Add(batch);

        _ahead.SkipTo(routed.Head.SequenceNumber);
        FillIfBehind();
    }

    private void OnInterestsTaken(LinkProtocol.InterestsTaken taken)
    {
        if (taken.Link != _link || !_linked || taken.Epoch != _epoch)
            return;

        if (taken.Head.SequenceNumber > _head.SequenceNumber)
            MoveHead(taken.Head);

        _interests!.OnTaken(taken.Number, taken.Head);
        ServeWaiting();
        Declare();
    }

    private void MoveHead(LogHead head)
    {
        _head = head.SequenceNumber >= _head.SequenceNumber ? head : _head with { IndexedThrough = head.IndexedThrough };
        _history.Tell(new History.HeadMoved(_head, _ids!));
    }

    private void Confirm()
    {
        _unconfirmed = 0;
        _matcher.Tell(new LinkProtocol.Received(_options.Name, _link, _head.SequenceNumber));
    }

    private void Take(LogBatch batch)
    {
        _watermark = batch.SequenceNumber;
        _recent.Add(batch);
        _fanOut.Send(batch);
        if (_slow.Count > 0)
            _slowLane.Tell(batch);

        MoveApart(_fanOut.TakeApart(), Position.EndOf(batch.SequenceNumber - 1));
    }

    /// <summary>Tells the matcher what is new, unless it has not answered the last time.</summary>
    private void Declare()
    {
        if (_interests is null)
            return;

        if (_interests.MustRelink)
            Connect();
        else if (_interests.Next() is { } declare)
            _matcher.Tell(declare);
    }

    /// <summary>The rows up to this one have nothing more for this node.</summary>
    private void PassTo(long row)
    {
        if (row <= _watermark)
            return;

        _watermark = row;
        _recent.SkipTo(row);
        if (_slow.Count > 0)
            _slowLane.Tell(new SlowLane.Passed(row));
    }

    /// <summary>What came before this row, this node does not know.</summary>
    private void BeginAfter(long row)
    {
        _watermark = row;
        _recent.Begin(row + 1);
        _ahead.Begin(row + 1);
        _slowLane.Tell(new SlowLane.Begin(row));
    }

    private void FillIfBehind()
    {
        if (!_filling && _watermark < _head.SequenceNumber)
            Fill();
    }

    private void Fill()
    {
        _filling = true;
        _history.Tell(new History.GetPage(_watermark + 1));
    }

    private void OnPage(Page page)
    {
        // Asked for by a former life, which was further back.
        if (!_filling)
            return;

        _filling = false;
        if (page.FirstRow > _watermark + 1)
            LoseRows(page.FirstRow);

        foreach (var batch in page.Batches)
        {
            if (batch.SequenceNumber == _watermark + 1)
                Take(batch);
        }

        if (_ahead.Reaches(_watermark + 1))
        {
            foreach (var batch in _ahead.From(_watermark + 1, long.MaxValue))
                Take(batch);

            PassTo(_ahead.Newest);
        }

        ServeWaiting();
        FillIfBehind();
    }

    private void OnPageUnavailable()
    {
        if (_filling)
            Timers.StartSingleTimer(nameof(Fill), Refill.Instance, _options.TickInterval);
    }

    private void OnRefill()
    {
        if (_filling)
            Fill();
    }

    private void OnRowsTrimmed(History.RowsTrimmed trimmed)
    {
        if (!_filling || trimmed.Row != _watermark + 1)
            return;

        _filling = false;
        LoseRows(PageCache.EndOfBlock(trimmed.Row) + 1);
        FillIfBehind();
    }

    /// <summary>
    /// The node was away for longer than the reserve: its live subscribers can't be brought on without a hole, so their
    /// streams end; the clients come back and learn from the history what they missed.
    /// </summary>
    private void LoseRows(long nextRow)
    {
        _log.Warning("Rows {0} to {1} of {2} were deleted before this node read them; its live streams end", _watermark + 1, nextRow - 1, _options.PersistenceId);
        foreach (var subscriber in _attached.Keys.ToList())
        {
            subscriber.Tell(new Subscriber.End(StreamEnd.FellBehindHistory));
            Forget(subscriber);
        }

        BeginAfter(Math.Min(nextRow - 1, _head.SequenceNumber));
    }

    private sealed class Tick
    {
        public static readonly Tick Instance = new();
    }

    private sealed class Refill
    {
        public static readonly Refill Instance = new();
    }
}
