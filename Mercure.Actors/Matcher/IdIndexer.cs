using Akka.Actor;
using Akka.Event;
using Mercure.Actors.Catchup;
using Mercure.Actors.Hosting;
using Mercure.Actors.Log;

namespace Mercure.Actors.Matcher;

/// <summary>
/// Keeps the index of publishers' own ids, behind the acknowledgement: a child of the writer, which tells it every
/// committed row. Owns the index's watermark; rows it was not told of (its own start, a slow database) it reads from the
/// log, so that it never holds more than a few writes' worth. When it fails it begins anew from the stored watermark.
/// </summary>
internal sealed class IdIndexer : ReceiveActor, IWithTimers
{
    /// <summary>Ids written at once.</summary>
    private const int WriteAt = 2048;

    /// <summary>Ids gathered while others are being written; rows with more are read from the log when their turn comes.</summary>
    private const int MaxGathered = 8 * WriteAt;

    /// <summary>Rows without ids of publishers move the stored watermark only this often; the told one moves at once.</summary>
    private const int WatermarkEvery = 256;

    private const long PageBytes = 1024 * 1024;

    private static readonly TimeSpan WriteDelay = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    private readonly string _persistenceId;
    private readonly IHubStore _store;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly List<IndexedId> _gathered = [];

    private UpdateIds _ids = null!;
    private long _head;
    private IndexWatermark _gatheredTo;
    private IndexWatermark _stored;
    private Activity _activity;
    private bool _flushDue;

    public IdIndexer(HubOptions options, IHubStore store)
    {
        _persistenceId = options.PersistenceId;
        _store = store;

        Receive<Begin>(OnBegin);
        Receive<LogBatch>(OnCommitted);
        Receive<WatermarkRead>(OnWatermarkRead);
        Receive<RowsRead>(OnRowsRead);
        Receive<Written>(OnWritten);
        Receive<Failed>(OnFailed);
        Receive<Flush>(_ => OnFlush());
    }

    public ITimerScheduler Timers { get; set; } = null!;

    /// <summary>Matcher → indexer: the epoch row is committed.</summary>
    internal sealed record Begin(Epoch Epoch, UpdateIds Ids);

    /// <summary>What the database is asked to do: one thing at a time.</summary>
    private enum Activity
    {
        None,
        Reading,
        Writing,
    }

    public static Props Props(HubOptions options, IHubStore store) => Akka.Actor.Props.Create<IdIndexer>(options, store);

    private void OnBegin(Begin begin)
    {
        _ids = begin.Ids;
        _head = begin.Epoch.Start;
        ReadWatermark();
    }

    private void ReadWatermark()
    {
        _activity = Activity.Reading;
        ReadTrustedWatermarkAsync().PipeTo(Self, success: watermark => new WatermarkRead(watermark), failure: cause => new Failed(cause, ReadWatermark));
    }

    /// <summary>The stored watermark, if the row it names is this log's; else the index belongs to another log and is emptied.</summary>
    private async Task<IndexWatermark> ReadTrustedWatermarkAsync()
    {
        var watermark = await _store.ReadWatermarkAsync();
        if (watermark.SequenceNumber == 0)
            return watermark;

        var rows = await _store.ReadAsync(watermark.SequenceNumber, watermark.SequenceNumber, PageBytes);
        if (rows.Count == 1 && rows[0].Batch.EpochNonce == watermark.EpochNonce)
            return watermark;

        await _store.ClearIndexAsync();
        return default;
    }

    private void OnWatermarkRead(WatermarkRead read)
    {
        _activity = Activity.None;
        _stored = _gatheredTo = read.Watermark;
        Work();
    }

    private void OnCommitted(LogBatch batch)
    {
        _head = batch.SequenceNumber;
        if (_activity != Activity.Reading && _gathered.Count < MaxGathered && batch.SequenceNumber == _gatheredTo.SequenceNumber + 1)
            Gather(batch);

        Work();
    }

    private void Gather(LogBatch batch)
    {
        foreach (var update in batch.Updates)
        {
            if (update.Update.Id is { } id)
                _gathered.Add(new IndexedId(IndexedId.HashOf(id), update.Position));
        }

        _gatheredTo = new IndexWatermark(batch.SequenceNumber, batch.EpochNonce);
    }

    private void Work()
    {
        if (_activity != Activity.None)
            return;

        if (_gathered.Count >= WriteAt || (_flushDue && _gathered.Count > 0))
            Write();
        else if (_gatheredTo.SequenceNumber < _head)
            ReadRows();
        else if (_gathered.Count > 0)
            FlushSoon();
        else if (_gatheredTo.SequenceNumber - _stored.SequenceNumber >= WatermarkEvery)
            Write();
        else
            TellIndexed();
    }

    private void FlushSoon()
    {
        if (!Timers.IsTimerActive(Flush.Instance))
            Timers.StartSingleTimer(Flush.Instance, Flush.Instance, WriteDelay);
    }

    private void OnFlush()
    {
        _flushDue = true;
        Work();
    }

    private void ReadRows()
    {
        _activity = Activity.Reading;
        _store.ReadAsync(_gatheredTo.SequenceNumber + 1, _head, PageBytes)
            .PipeTo(Self, success: rows => new RowsRead(rows), failure: cause => new Failed(cause, ReadRows));
    }

    private void OnRowsRead(RowsRead read)
    {
        _activity = Activity.None;
        foreach (var (sequenceNumber, batch) in read.Rows)
            Gather(LogBatch.Of(sequenceNumber, batch, _ids));

        Work();
    }

    private void Write()
    {
        _activity = Activity.Writing;
        _flushDue = false;
        var ids = _gathered.ToArray();
        var watermark = _gatheredTo;
        _store.AddToIndexAsync(ids, watermark)
            .PipeTo(Self, success: () => new Written(ids.Length, watermark), failure: cause => new Failed(cause, Write));
    }

    private void OnWritten(Written written)
    {
        _activity = Activity.None;
        _gathered.RemoveRange(0, written.Count);
        _stored = written.Watermark;
        Context.Parent.Tell(new TopicMatcher.Indexed(_stored.SequenceNumber));
        Work();
    }

    private void TellIndexed() => Context.Parent.Tell(new TopicMatcher.Indexed(_gatheredTo.SequenceNumber));

    private void OnFailed(Failed failed)
    {
        _log.Warning(failed.Cause, "The id index of {0} can't be reached; look-ups read the log meanwhile", _persistenceId);
        var retry = new Retry(failed.Again);
        Timers.StartSingleTimer(nameof(Retry), retry, RetryDelay);
        BecomeStacked(Waiting);
    }

    private void Waiting()
    {
        Receive<Retry>(retry =>
        {
            UnbecomeStacked();
            retry.Again();
        });
        Receive<LogBatch>(batch => _head = batch.SequenceNumber);
        Receive<Flush>(_ => _flushDue = true);
    }

    private sealed record WatermarkRead(IndexWatermark Watermark);

    private sealed record RowsRead(IReadOnlyList<(long SequenceNumber, BatchWritten Batch)> Rows);

    private sealed record Written(int Count, IndexWatermark Watermark);

    private sealed record Failed(Exception Cause, Action Again);

    private sealed record Retry(Action Again);

    private sealed class Flush
    {
        public static readonly Flush Instance = new();
    }
}
