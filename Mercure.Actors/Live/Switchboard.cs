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
/// by subscribers to attach; asks history to fill what the link lost. A restart links anew and fills the gap; its
/// subscribers notice and come back from their own cursors.
/// <code>
/// Unlinked ─ Connected ─► Linked ─ gap or later writer ─► Linked and filling ─ level with the head ─► Linked
///     ▲                     │
///     └─ nothing heard ─────┘
/// </code>
/// </summary>
public sealed class Switchboard : ReceiveActor, IWithTimers
{
    /// <summary>Newest rows kept for those who are nearly level.</summary>
    private const long RecentUpdates = 10_000;

    /// <inheritdoc cref="RecentUpdates"/>
    private const long RecentBytes = 16 * 1024 * 1024;

    /// <summary>A subscriber this close to the head gets the rest with its attachment; others read first.</summary>
    private const int AttachUpdates = 256;

    /// <summary>Rows given at once to a subscriber that reads the newest rows.</summary>
    private const long SliceBytes = 256 * 1024;

    /// <summary>Confirmed at once when this much has arrived, else at the next tick.</summary>
    private const long ConfirmBytes = Matcher.Links.DefaultWindowBytes / 4;

    /// <summary>Ticks without a word from the writer after which the link counts as broken.</summary>
    private const int SilentTicks = 4;

    private readonly HubOptions _options;
    private readonly IActorRef _matcher;
    private readonly IActorRef _history;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly Guid _self = Guid.NewGuid();
    private readonly FanOut _fanOut;
    private readonly RecentBatches _recent = new(RecentUpdates, RecentBytes);
    private readonly RecentBatches _ahead = new(RecentUpdates, RecentBytes);
    private readonly Dictionary<IActorRef, Attachment> _attached = [];
    private readonly List<(Attach Attach, IActorRef Subscriber)> _early = [];

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
        _fanOut = new FanOut(_log);

        Receive<LinkProtocol.Routed>(OnRouted);
        Receive<Attach>(OnAttach);
        Receive<Detach>(_ => Forget(Sender));
        Receive<LinkProtocol.Connected>(OnConnected);
        Receive<LinkProtocol.Disconnected>(OnDisconnected);
        Receive<Page>(OnPage);
        Receive<History.RowsTrimmed>(OnRowsTrimmed);
        Receive<History.PageUnavailable>(_ => Timers.StartSingleTimer(nameof(Fill), Refill.Instance, _options.TickInterval));
        Receive<Refill>(_ => Fill());
        Receive<Tick>(_ => OnTick());
        Receive<Terminated>(terminated => Forget(terminated.ActorRef));
    }

    public ITimerScheduler Timers { get; set; } = null!;

    private static Position EndOf(long row) => Position.EndOf(row);

    /// <summary>
    /// Subscriber → switchboard: make me live after this position (null: from now on). Answered by <see cref="Attached"/>,
    /// <see cref="ReadSlice"/> or <see cref="ReadFirst"/>; the sink gets <see cref="SseSink.GoLive"/> before its first live update.
    /// </summary>
    public sealed record Attach(IActorRef Sink, Subscription Subscription, Position? After);

    /// <summary>Switchboard → subscriber: it is live.</summary>
    public sealed class Attached
    {
        public static readonly Attached Instance = new();
    }

    /// <summary>Switchboard → subscriber: these rows come next, then attach again.</summary>
    public sealed record ReadSlice(IReadOnlyList<LogBatch> Batches);

    /// <summary>Switchboard → subscriber: read the journal up to this row, then attach again.</summary>
    public sealed record ReadFirst(long ThroughRow);

    /// <summary>Subscriber → switchboard: send no more.</summary>
    public sealed class Detach
    {
        public static readonly Detach Instance = new();
    }

    public static Props Props(HubOptions options, IActorRef matcher, IActorRef history) =>
        Akka.Actor.Props.Create<Switchboard>(options, matcher, history);

    protected override void PreStart()
    {
        Timers.StartPeriodicTimer(nameof(Tick), Tick.Instance, _options.TickInterval);
        Connect();
    }

    protected override void PreRestart(Exception reason, object message)
    {
        foreach (var subscriber in _attached.Keys.Concat(_early.Select(early => early.Subscriber)))
            subscriber.Tell(Subscriber.SwitchboardLost.Instance);

        base.PreRestart(reason, message);
    }

    private void Connect()
    {
        _linked = false;
        _link = new LinkId(_self, _link.Attempt + 1);
        _matcher.Tell(new LinkProtocol.Connect(_options.Name, _link, Self));
    }

    private void OnTick()
    {
        if (!_linked)
            _matcher.Tell(new LinkProtocol.Connect(_options.Name, _link, Self));
        else if (++_silent >= SilentTicks)
            Connect();
        else if (_unconfirmed > 0)
            Confirm();
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
            _watermark = connected.Head.SequenceNumber;

        FillIfBehind();
        foreach (var (attach, subscriber) in _early)
            TryAttach(attach, subscriber);

        _early.Clear();
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

        var batch = routed.Row?.Batch(_ids!);
        if (batch is not null)
        {
            _unconfirmed += batch.Bytes;
            if (_unconfirmed >= ConfirmBytes)
                Confirm();
        }

        if (_filling || routed.Previous > _watermark)
            Hold(batch);
        else
            Follow(batch, routed.Head);
    }

    /// <summary>The link told everything before: what it left out is not for this node.</summary>
    private void Follow(LogBatch? batch, LogHead head)
    {
        if (batch is not null && batch.SequenceNumber > _watermark)
            Take(batch);

        _watermark = Math.Max(_watermark, head.SequenceNumber);
    }

    /// <summary>Something is missing before it. Kept, so that filling the gap ends also when rows come faster than reads.</summary>
    private void Hold(LogBatch? batch)
    {
        if (batch is not null)
            _ahead.Add(batch);

        FillIfBehind();
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
        _filling = false;
        if (page.FirstRow > _watermark + 1)
            LoseRows(page.FirstRow);

        foreach (var batch in page.Batches)
        {
            if (batch.SequenceNumber == _watermark + 1)
                Take(batch);
        }

        while (_ahead.Reaches(_watermark + 1) && _watermark < _ahead.Newest)
        {
            foreach (var batch in _ahead.From(_watermark + 1, SliceBytes))
                Take(batch);
        }

        FillIfBehind();
    }

    private void OnRowsTrimmed(History.RowsTrimmed trimmed)
    {
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

        _watermark = Math.Min(nextRow - 1, _head.SequenceNumber);
    }

    private void OnAttach(Attach attach)
    {
        if (_watermark < 0)
            _early.Add((attach, Sender));
        else
            TryAttach(attach, Sender);
    }

    private void TryAttach(Attach attach, IActorRef subscriber)
    {
        var after = attach.After ?? EndOf(_watermark);
        // An update's own position leaves the rest of its row to be read.
        var nextRow = after == EndOf(after.SequenceNumber) ? after.SequenceNumber + 1 : after.SequenceNumber;
        if (nextRow > _watermark)
        {
            GoLive(attach, subscriber, missing: []);
        }
        else if (!_recent.Reaches(nextRow))
        {
            subscriber.Tell(new ReadFirst(_watermark));
        }
        else if (_recent.From(nextRow, SliceBytes) is var slice && slice[^1].SequenceNumber == _watermark && slice.Sum(batch => batch.Updates.Count) <= AttachUpdates)
        {
            GoLive(attach, subscriber, slice);
        }
        else
        {
            subscriber.Tell(new ReadSlice(slice));
        }
    }

    private void GoLive(Attach attach, IActorRef subscriber, IReadOnlyList<LogBatch> missing)
    {
        var after = attach.After ?? EndOf(_watermark);
        var updates = missing.SelectMany(batch => batch.Updates).Where(update => update.Position > after && attach.Subscription.Wants(update)).ToList();
        attach.Sink.Tell(new SseSink.GoLive(after), ActorRefs.NoSender);
        if (updates.Count > 0)
            attach.Sink.Tell(Delivery.Of(updates), ActorRefs.NoSender);

        var attachment = new Attachment(attach.Sink, attach.Subscription);
        _fanOut.Add(attachment);
        _attached.Add(subscriber, attachment);
        Context.Watch(subscriber);
        subscriber.Tell(Attached.Instance);
    }

    private void Forget(IActorRef subscriber)
    {
        if (!_attached.Remove(subscriber, out var attachment))
            return;

        Context.Unwatch(subscriber);
        _fanOut.Remove(attachment);
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
