using Akka.Actor;
using Akka.Event;
using Mercure.Actors.Catchup;
using Mercure.Actors.Hosting;
using Mercure.Actors.Log;
using Mercure.Actors.Updates;

namespace Mercure.Actors.Matcher;

/// <summary>
/// Deletes rows that nobody may need any more: a child of the writer, which alone may delete and which tells it at each
/// tick how the log has grown. Owns a cursor at the oldest row. Readers see <see cref="HubOptions.HistorySize"/> exactly
/// whatever it does; it goes in small steps, since a delete is one transaction, and stays behind the reserve for connected
/// cursors.
/// </summary>
internal sealed class Trimmer : ReceiveActor, IWithTimers
{
    /// <summary>Rows deleted in one transaction.</summary>
    private const int StepRows = 100;

    /// <summary>Updates beyond the history that start a pass when the clean-up is at its most eager.</summary>
    private const double EagerSlack = 100;

    /// <summary>Read in one go, to see which rows may be deleted; some hundred rows of a busy hub.</summary>
    private const long PageBytes = 1024 * 1024;

    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(2);

    private readonly HubOptions _options;
    private readonly IHubStore _store;
    private readonly ILoggingAdapter _log = Context.GetLogger();

    private Grown _grown = new(default, 0, 0);
    private Oldest _oldest = new(SequenceNumber: 1, default);
    private Step? _step;
    private bool _isDeleted;
    private bool _busy;

    // Where the oldest row ends, once that is known, as long as it may not go: until it may, there is nothing to read.
    private RowSize? _blocked;

    public Trimmer(HubOptions options, IHubStore store)
    {
        _options = options;
        _store = store;

        Receive<Grown>(OnGrown);
        Receive<RowsRead>(OnRowsRead);
        Receive<TopicMatcher.Trimmed>(OnTrimmed);
        Receive<IdsRemoved>(_ => OnIdsRemoved());
        Receive<Failed>(OnFailed);
        Receive<Retry>(_ => OnRetry());
    }

    public ITimerScheduler Timers { get; set; } = null!;

    /// <summary>Matcher → trimmer: the log stands here now.</summary>
    internal sealed record Grown(LogHead Head, long NextByte, long NextFact)
    {
        public RowSize Log => new(Head.NextOrdinal, NextByte, NextFact);
    }

    public static Props Props(HubOptions options, IHubStore store) => Akka.Actor.Props.Create<Trimmer>(options, store);

    /// <summary>Whether everything in this row is beyond the history, and beyond the reserve; or too many facts about subscriptions followed.</summary>
    internal static bool MayGo(RowSize row, HubOptions options, RowSize log)
    {
        var beyondHistory = row.NextOrdinal <= log.NextOrdinal - options.HistorySize;
        var beyondReserve = row.NextOrdinal <= log.NextOrdinal - options.ReserveUpdates || row.NextByte <= log.NextByte - options.ReserveBytes;
        return (beyondHistory && beyondReserve) || row.NextFact <= log.NextFact - options.KeptFacts;
    }

    private void OnGrown(Grown grown)
    {
        _grown = grown;
        if (!_busy && IsWorthAPass())
            ReadOldest();
    }

    private bool IsWorthAPass()
    {
        if (_options.HistorySize == 0 || _options.CleanupFrequency <= 0)
            return false;

        if (_blocked is { } row && !MayGo(row, _options, _grown.Log))
            return false;

        var slack = EagerSlack / _options.CleanupFrequency;
        var beyondHistory = _grown.Head.NextOrdinal - _options.HistorySize - _oldest.Begin.NextOrdinal;
        var beyondReserve = _grown.Head.NextOrdinal - _options.ReserveUpdates - _oldest.Begin.NextOrdinal;
        var beyondFacts = _grown.NextFact - _options.KeptFacts - _oldest.Begin.NextFact;
        return (beyondHistory >= slack && (beyondReserve >= slack || _grown.NextByte - _options.ReserveBytes > _oldest.Begin.NextByte)) || beyondFacts >= slack;
    }

    private void ReadOldest()
    {
        _busy = true;
        _store.ReadAsync(_oldest.SequenceNumber, _grown.Head.SequenceNumber, PageBytes)
            .PipeTo(Self, success: rows => new RowsRead(rows), failure: cause => new Failed(cause));
    }

    private void OnRowsRead(RowsRead read)
    {
        var step = StepOf(read.Rows.Take(StepRows));
        if (read.Rows.Count > 0)
            _oldest = Oldest.Of(read.Rows[0].SequenceNumber, read.Rows[0].Batch);

        if (step is null)
        {
            _blocked = read.Rows.Count > 0 ? RowSize.Of(read.Rows[0].Batch) : null;
            _busy = false;
            return;
        }

        _blocked = null;
        _step = step;
        AskForTrim();
    }

    private Step? StepOf(IEnumerable<(long SequenceNumber, BatchWritten Batch)> rows)
    {
        Step? step = null;
        var ids = new List<IndexedId>();
        foreach (var (sequenceNumber, batch) in rows)
        {
            var row = RowSize.Of(batch);
            if (!MayGo(row, _options, _grown.Log))
                break;

            ids.AddRange(IdsOf(sequenceNumber, batch));
            step = new Step(sequenceNumber, ids, new Oldest(sequenceNumber + 1, row));
        }

        return step;
    }

    private static IEnumerable<IndexedId> IdsOf(long sequenceNumber, BatchWritten batch)
    {
        for (var index = 0; index < batch.Entries.Count; index++)
        {
            if (batch.Entries[index] is LogEntry.Published { Update.Id: { } id })
                yield return new IndexedId(IndexedId.HashOf(id), new Position(sequenceNumber, index));
        }
    }

    private void AskForTrim()
    {
        Context.Parent.Tell(new TopicMatcher.Trim(_step!.SequenceNumber));
        // The writer may have to save a snapshot or repeat the header first, and then says nothing.
        Timers.StartSingleTimer(nameof(Retry), Retry.Instance, RetryDelay);
    }

    private void OnTrimmed(TopicMatcher.Trimmed trimmed)
    {
        // Asked for again while the database was slow, it is confirmed again.
        if (_step is null || _isDeleted || trimmed.SequenceNumber != _step.SequenceNumber)
            return;

        _isDeleted = true;
        Timers.Cancel(nameof(Retry));
        _store.RemoveFromIndexAsync(_step.Ids).PipeTo(Self, success: () => IdsRemoved.Instance, failure: cause => new Failed(cause));
    }

    private void OnIdsRemoved()
    {
        _oldest = _step!.After;
        _step = null;
        _isDeleted = _busy = false;
        OnGrown(_grown);
    }

    private void OnFailed(Failed failed)
    {
        _log.Warning(failed.Cause, "Trimming {0} failed; it is tried again", _options.PersistenceId);
        Timers.StartSingleTimer(nameof(Retry), Retry.Instance, RetryDelay);
    }

    private void OnRetry()
    {
        if (_step is not null)
        {
            _isDeleted = false;
            AskForTrim();
        }
        else
        {
            _busy = false;
            OnGrown(_grown);
        }
    }

    /// <summary>Where the log ends after a row.</summary>
    internal readonly record struct RowSize(long NextOrdinal, long NextByte, long NextFact)
    {
        public static RowSize Of(BatchWritten batch)
        {
            var updates = batch.Entries.OfType<LogEntry.Published>().ToList();
            var facts = batch.Entries.Count(entry => entry is LogEntry.SubscriptionStarted or LogEntry.SubscriptionEnded);
            return new RowSize(batch.FirstOrdinal + updates.Count, batch.FirstByte + updates.Sum(entry => (long)entry.Update.Size()), batch.FirstFact + facts);
        }
    }

    private sealed record Oldest(long SequenceNumber, RowSize Begin)
    {
        public static Oldest Of(long sequenceNumber, BatchWritten batch) => new(sequenceNumber, new RowSize(batch.FirstOrdinal, batch.FirstByte, batch.FirstFact));
    }

    private sealed record Step(long SequenceNumber, IReadOnlyList<IndexedId> Ids, Oldest After);

    private sealed record RowsRead(IReadOnlyList<(long SequenceNumber, BatchWritten Batch)> Rows);

    private sealed record Failed(Exception Cause);

    private sealed class IdsRemoved
    {
        public static readonly IdsRemoved Instance = new();
    }

    private sealed class Retry
    {
        public static readonly Retry Instance = new();
    }
}
