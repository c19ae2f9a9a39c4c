using Akka.Actor;
using Akka.Event;
using Akka.Persistence;
using Mercure.Actors.Log;

namespace Mercure.Actors.Matcher;

/// <content>What makes the log shorter to recover and to keep: its snapshots, and the deletion of rows that follows them.</content>
internal sealed partial class TopicMatcher
{
    private Trim? _trim;
    private long _snapshotAt;
    private long _snapshotTried;

    /// <summary>Trimmer → matcher: delete the rows up to this one. Answered by <see cref="Trimmed"/>, if at all.</summary>
    internal sealed record Trim(long SequenceNumber);

    /// <summary>Matcher → trimmer: they are deleted.</summary>
    internal sealed record Trimmed(long SequenceNumber);

    /// <summary>
    /// No row follows the snapshot, which may be of a log that is no more: a backup was put back, and the snapshots, which
    /// SQLite keeps in a file of their own, were not. To go on from there would leave a hole that nobody could read across.
    /// </summary>
    private void CheckSnapshot() =>
        _store.ReadAsync(_snapshotAt, _snapshotAt, maxBytes: 1)
            .PipeTo(Self, success: rows => new SnapshotChecked(rows.Count > 0, Cause: null), failure: cause => new SnapshotChecked(HasRow: false, cause));

    private void OnSnapshotChecked(SnapshotChecked snapshot)
    {
        if (snapshot.HasRow)
        {
            Begin();
        }
        else if (snapshot.Cause is not null)
        {
            _logger.Error(snapshot.Cause, "Reading the log {0} failed; it is tried again", PersistenceId);
            Context.Stop(Self);
        }
        else
        {
            _logger.Warning("The snapshot of {0} is of row {1}, which the journal does not have (a restored backup?): it is deleted, and the log read anew", PersistenceId, _snapshotAt);
            DeleteSnapshots(SnapshotSelectionCriteria.Latest);
        }
    }

    private void OnSnapshotsDeleted()
    {
        // Before the first row of this writer it is a snapshot that must not count: recover without it.
        if (_epoch == Epoch.None)
            Context.Stop(Self);
    }

    private void SaveSnapshotWhenDue()
    {
        if (_log.SequenceNumber - _snapshotTried >= _options.SnapshotEvery)
            SaveSnapshotNow();
    }

    private void SaveSnapshotNow()
    {
        _snapshotTried = _log.SequenceNumber;
        SaveSnapshot(_log.TakeSnapshot());
    }

    private void OnSnapshotSaved(long sequenceNumber)
    {
        _snapshotAt = Math.Max(_snapshotAt, sequenceNumber);
        DeleteSnapshots(new SnapshotSelectionCriteria(_snapshotAt - 1));
        TrimNow();
    }

    private void OnTrim(Trim trim)
    {
        _trim = trim;
        TrimNow();
    }

    /// <summary>Goes on with the trim that waits, if one does: first a snapshot, then the header, then the rows.</summary>
    private void TrimNow()
    {
        if (_trim is not { } trim)
            return;

        if (trim.SequenceNumber > _snapshotAt)
        {
            // Recovery would miss these rows, and the next snapshot may be far off, in rows or in time.
            SaveSnapshotNow();
        }
        else if (trim.SequenceNumber >= _log.HeaderAt)
        {
            _repeatHeader = true;
            WriteWaiting();
        }
        else
        {
            _trim = null;
            DeleteMessages(trim.SequenceNumber);
        }
    }

    private sealed record SnapshotChecked(bool HasRow, Exception? Cause);
}
