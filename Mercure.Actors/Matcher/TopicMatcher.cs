using Akka.Actor;
using Akka.Event;
using Akka.Persistence;
using Mercure.Actors.Catchup;
using Mercure.Actors.Hosting;
using Mercure.Actors.Log;
using Mercure.Actors.Protocol;
using Mercure.Actors.Updates;

namespace Mercure.Actors.Matcher;

/// <summary>
/// The one writer of a hub's log: orders updates, stores them in batches, answers the gateways, and routes each committed
/// batch to the switchboards. An entity of Cluster.Sharding, or a supervised local actor without a cluster.
/// <code>
/// recovering ─► starting (its first row is being written; answers nobody) ─► writing ─► stopped (a write failed)
/// </code>
/// Owns <see cref="HubLog"/>, recovered from the journal. One write is in flight at a time, since two could commit out of
/// order and leave a hole; what arrives meanwhile gathers for the next. When a write fails it stops, since the row may be
/// committed all the same: only the journal can tell, by a new recovery.
/// </summary>
internal sealed partial class TopicMatcher : UntypedPersistentActor, IWithTimers
{
    /// <summary>A row holds no more updates than this, and starts no further request beyond <see cref="RowBytes"/>.</summary>
    internal const int RowUpdates = 200;

    /// <inheritdoc cref="RowUpdates"/>
    internal const long RowBytes = 256 * 1024;

    private readonly HubOptions _options;
    private readonly IHubStore _store;
    private readonly TimeProvider _clock;
    private readonly ILoggingAdapter _logger = Context.GetLogger();
    private readonly HubLog _log = new();
    private readonly Links _links;
    private readonly Queue<Waiting> _waiting = new();
    private readonly Dictionary<RequestToken, Waiting> _unanswered = [];
    private readonly List<IActorRef> _awaitReady = [];
    private readonly IActorRef _idIndexer;
    private readonly IActorRef _trimmer;

    // Both null where active subscriptions are not tracked.
    private readonly PresenceRequests? _presence;
    private readonly IActorRef? _lister;

    private Epoch _epoch;
    private bool _writing;
    private bool _repeatHeader;
    private bool _handingOver;
    private long _indexedThrough;

    public TopicMatcher(HubOptions options, IHubStore store, TimeProvider clock)
    {
        _options = options;
        _store = store;
        _clock = clock;
        JournalPluginId = HubOptions.JournalPlugin;
        SnapshotPluginId = HubOptions.SnapshotPlugin;
        _links = new Links(options.Name, Links.DefaultWindowBytes);
        _idIndexer = Context.ActorOf(IdIndexer.Props(options, store), "id-indexer");
        _trimmer = Context.ActorOf(Trimmer.Props(options, store), "trimmer");
        if (options.SubscriptionEvents is null)
            return;

        _presence = new PresenceRequests(options.Name);
        _lister = Context.ActorOf(SubscriptionLister.Props(options.Name), "lister");
        Context.ActorOf(NodeWatcher.Props(), "node-watcher");
    }

    public override string PersistenceId => _options.PersistenceId;

    public ITimerScheduler Timers { get; set; } = null!;

    private LogHead Head => new(_log.SequenceNumber, _log.NextOrdinal, _indexedThrough);

    /// <summary>Id indexer → matcher: every publisher's id up to this row is in the index.</summary>
    internal sealed record Indexed(long SequenceNumber);

    /// <summary>
    /// Its parent → matcher: another node takes over. It ends once what has arrived is written, so that its last row does not
    /// meet its successor's first.
    /// </summary>
    internal sealed class HandOver
    {
        public static readonly HandOver Instance = new();
    }

    public static Props Props(HubOptions options, IHubStore store, TimeProvider clock) =>
        Akka.Actor.Props.Create<TopicMatcher>(options, store, clock);

    protected override void PostStop()
    {
        _links.Close();
        base.PostStop();
    }

    protected override void OnRecover(object message)
    {
        switch (message)
        {
            case SnapshotOffer { Snapshot: LogSnapshot snapshot } offer:
                _log.Restore(offer.Metadata.SequenceNr, snapshot);
                _snapshotAt = _snapshotTried = offer.Metadata.SequenceNr;
                break;
            case BatchWritten written:
                _log.Apply(LastSequenceNr, written);
                break;
            case RecoveryCompleted:
                if (_snapshotAt > 0 && _snapshotAt == LastSequenceNr)
                    CheckSnapshot();
                else
                    Begin();
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    protected override void OnCommand(object message)
    {
        switch (message)
        {
            case PublishProtocol.StoreRequest request: OnStore(request); break;
            case PublishProtocol.GetReady: OnGetReady(); break;
            case LinkProtocol.Received received: _links.Received(received); break;
            case LinkProtocol.Connect connect: OnConnect(connect); break;
            case LinkProtocol.DeclareInterests declare: _links.Declare(declare, _epoch, Head); break;
            case PresenceProtocol.Record or PresenceProtocol.Hello or PresenceProtocol.GetSubscriptions or NodeWatcher.Present: OnPresence(message); break;
            case Tick: OnTick(); break;
            case HandOver: OnHandOver(); break;
            case Terminated terminated: _links.Remove(terminated.ActorRef); break;
            case Indexed indexed: _indexedThrough = indexed.SequenceNumber; break;
            case Trim trim: OnTrim(trim); break;
            case SaveSnapshotSuccess saved: OnSnapshotSaved(saved.Metadata.SequenceNr); break;
            case SaveSnapshotFailure failed: _logger.Warning(failed.Cause, "Snapshot of {0} failed; starts take longer until one succeeds", PersistenceId); break;
            case DeleteMessagesSuccess deleted: _trimmer.Tell(new Trimmed(deleted.ToSequenceNr)); break;
            case DeleteMessagesFailure failed: _logger.Warning(failed.Cause, "Deleting rows of {0} failed; it is tried again", PersistenceId); break;
            case SnapshotChecked checkedSnapshot: OnSnapshotChecked(checkedSnapshot); break;
            case DeleteSnapshotsSuccess or DeleteSnapshotsFailure: OnSnapshotsDeleted(); break;
            default: Unhandled(message); break;
        }
    }

    protected override void OnPersistFailure(Exception cause, object @event, long sequenceNr)
    {
        _logger.Error(cause, "Writing row {0} of {1} failed; the writer begins anew", sequenceNr, PersistenceId);
        FailAll(cause.Message);
    }

    protected override void OnPersistRejected(Exception cause, object @event, long sequenceNr)
    {
        _logger.Error(cause, "The journal rejected row {0} of {1}; the writer begins anew", sequenceNr, PersistenceId);
        FailAll(cause.Message);
        Context.Stop(Self);
    }

    protected override void OnRecoveryFailure(Exception reason, object? message = null) =>
        _logger.Error(reason, "Reading the log {0} failed; it is tried again", PersistenceId);

    private void Begin()
    {
        var nonce = Epoch.NewNonce();
        _writing = true;
        PersistAsync(_log.Begin(nonce, _clock.GetUtcNow()), written =>
        {
            _writing = false;
            _log.Apply(LastSequenceNr, written);
            _epoch = new Epoch(LastSequenceNr, nonce);
            _idIndexer.Tell(new IdIndexer.Begin(_epoch, _log.Ids!));
            Timers.StartPeriodicTimer(Tick.Instance, Tick.Instance, _options.TickInterval);
            _logger.Info("Log {0} is open: {1} updates ever stored, writer began at row {2}", PersistenceId, _log.NextOrdinal, LastSequenceNr);
            _awaitReady.ForEach(asker => asker.Tell(new PublishProtocol.Ready(_options.Name)));
            _awaitReady.Clear();
            _presence?.EndAbsent(_log.Subscriptions);
            WriteWaiting();
        });
    }

    private void OnGetReady()
    {
        if (_epoch == Epoch.None)
            _awaitReady.Add(Sender);
        else
            Sender.Tell(new PublishProtocol.Ready(_options.Name));
    }

    private void OnStore(PublishProtocol.StoreRequest request)
    {
        if (_log.TryGetAnswer(request.Token, out var answer))
        {
            Sender.Tell(Stored(request, answer));
            return;
        }

        if (_log.IsEcho(request.Token))
            return;

        if (_unanswered.TryGetValue(request.Token, out var known))
        {
            known.ReplyTo = Sender;
            return;
        }

        var waiting = new Waiting(request, Sender);
        _unanswered.Add(request.Token, waiting);
        _waiting.Enqueue(waiting);
        WriteWaiting();
    }

    private void WriteWaiting()
    {
        if (_writing || _epoch == Epoch.None)
            return;

        if (_repeatHeader)
        {
            _repeatHeader = false;
            Write(_log.RepeatHeader(_epoch.Nonce, _clock.GetUtcNow()), []);
        }
        else if (_waiting.Count > 0 || _presence is { HasWork: true })
        {
            WriteRow(TakeRow(), _presence?.Take(_log.Subscriptions));
        }
        else if (_handingOver)
        {
            Context.Stop(Self);
        }
    }

    private void WriteRow(List<Waiting> row, PresenceChanges? changes)
    {
        if (row.Count > 0 || changes!.Facts.Count > 0)
        {
            Write(_log.Write(_epoch.Nonce, _clock.GetUtcNow(), [.. row.Select(waiting => (waiting.Request.Token, waiting.Request.Updates))], changes?.Facts), row, changes);
            return;
        }

        // All of it is in the log already.
        changes.Acknowledge(_log.SequenceNumber);
        WriteWaiting();
    }

    private List<Waiting> TakeRow()
    {
        var row = new List<Waiting>();
        var updates = 0;
        var bytes = 0L;
        while (_waiting.TryPeek(out var next)
            && (row.Count == 0 || (updates + next.Request.Updates.Count <= RowUpdates && bytes + next.Bytes <= RowBytes)))
        {
            row.Add(_waiting.Dequeue());
            updates += next.Request.Updates.Count;
            bytes += next.Bytes;
        }

        return row;
    }

    private void Write(BatchWritten batch, List<Waiting> row, PresenceChanges? changes = null)
    {
        _writing = true;
        PersistAsync(batch, written =>
        {
            _writing = false;
            _log.Apply(LastSequenceNr, written);
            var committed = LogBatch.Of(LastSequenceNr, written, _log.Ids!, _options.SubscriptionEvents);
            Acknowledge(row, committed);
            changes?.Acknowledge(committed.SequenceNumber);
            // After the answers: a subscriber that is attached by now and missed this row got its head after they were given.
            _links.Route(committed, _epoch, Head);
            _idIndexer.Tell(committed);
            SaveSnapshotWhenDue();
            if (batch.Entries[0] is LogEntry.Header)
                TrimNow();

            WriteWaiting();
        });
    }

    private void Acknowledge(List<Waiting> row, LogBatch committed)
    {
        var next = 0;
        foreach (var waiting in row)
        {
            var count = waiting.Request.Updates.Count;
            var ids = new string[count];
            for (var i = 0; i < count; i++)
                ids[i] = committed.Updates[next++].Id;

            _unanswered.Remove(waiting.Request.Token);
            waiting.ReplyTo.Tell(new PublishProtocol.RequestStored(_options.Name, waiting.Request.Token, ids));
        }
    }

    private PublishProtocol.RequestStored Stored(PublishProtocol.StoreRequest request, RequestAnswer answer)
    {
        var ids = new string[request.Updates.Count];
        for (var i = 0; i < ids.Length; i++)
        {
            var position = new Position(answer.First.SequenceNumber, answer.First.Index + i);
            ids[i] = request.Updates[i].Id ?? _log.Ids!.Encode(position, answer.EpochNonce, request.Updates[i].Generation);
        }

        return new PublishProtocol.RequestStored(_options.Name, request.Token, ids);
    }

    private void FailAll(string reason)
    {
        foreach (var waiting in _unanswered.Values)
            waiting.ReplyTo.Tell(new PublishProtocol.RequestFailed(_options.Name, waiting.Request.Token, reason));
    }

    private void OnConnect(LinkProtocol.Connect connect)
    {
        // Not before the epoch row is committed; the switchboard asks again.
        if (_epoch == Epoch.None)
            return;

        Context.Watch(connect.Switchboard);
        _links.Connect(connect, _epoch, Head, _log.Ids!.Key);
    }

    private void OnPresence(object message)
    {
        if (message is NodeWatcher.Present present)
            _presence?.OnPresent(present.Nodes, _log.Subscriptions);

        // Whoever asks before the epoch row is committed, or where nothing is tracked, asks again.
        if (_epoch == Epoch.None || _presence is null)
            return;

        if (message is PresenceProtocol.Record record)
            _presence.OnRecord(record, Sender, _epoch);
        else if (message is PresenceProtocol.Hello)
            Sender.Tell(new PresenceProtocol.Register(_options.Name, _epoch));
        else if (message is PresenceProtocol.GetSubscriptions get)
            _lister!.Forward(new SubscriptionLister.Begin(get.Query, _log.Subscriptions, _log.LastEventId));

        WriteWaiting();
    }

    private void OnTick()
    {
        _links.Tick(_epoch, Head);
        _trimmer.Tell(new Trimmer.Grown(Head, _log.NextByte, _log.NextFact));
    }

    private void OnHandOver()
    {
        _handingOver = true;
        WriteWaiting();
    }

    private sealed class Waiting(PublishProtocol.StoreRequest request, IActorRef replyTo)
    {
        public PublishProtocol.StoreRequest Request { get; } = request;

        /// <summary>Where its newest repetition came from.</summary>
        public IActorRef ReplyTo { get; set; } = replyTo;

        public long Bytes { get; } = request.Updates.Sum(update => (long)update.Size());
    }

    private sealed class Tick
    {
        public static readonly Tick Instance = new();
    }
}
