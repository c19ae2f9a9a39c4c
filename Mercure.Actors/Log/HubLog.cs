using Mercure.Actors.Matcher;
using Mercure.Actors.Updates;

namespace Mercure.Actors.Log;

/// <summary>
/// The writer's state and decisions, without an actor: what the next row holds, and what a committed row changes.
/// Built by applying the log's rows in order, or a snapshot and the rows after it.
/// </summary>
internal sealed class HubLog
{
    private readonly RequestMemory _answered = new();
    private LastEvent _lastEvent;

    /// <summary>Of the last row applied.</summary>
    public long SequenceNumber { get; private set; }

    public long NextOrdinal { get; private set; }

    public long NextByte { get; private set; }

    /// <summary>How many facts about subscriptions were ever stored.</summary>
    public long NextFact { get; private set; }

    /// <summary>The active ones, after the last row applied.</summary>
    public ActiveSubscriptions Subscriptions { get; private set; } = ActiveSubscriptions.None;

    /// <summary>Id of the newest event, an update or a fact about a subscription; null when there was none.</summary>
    public string? LastEventId =>
        _lastEvent.Position == Position.Zero ? _lastEvent.Id : _lastEvent.Id ?? Ids!.Encode(_lastEvent.Position, _lastEvent.EpochNonce, _lastEvent.Generation);

    /// <summary>Sequence number of the newest row that holds a header; 0 when the log has none.</summary>
    public long HeaderAt { get; private set; }

    /// <summary>Null until a header was applied.</summary>
    public UpdateIds? Ids { get; private set; }

    /// <summary>The result of a request that is already in the log.</summary>
    public bool TryGetAnswer(RequestToken token, out RequestAnswer answer) => _answered.TryGet(token, out answer);

    /// <inheritdoc cref="RequestMemory.IsEcho"/>
    public bool IsEcho(RequestToken token) => _answered.IsEcho(token);

    /// <summary>The row with which a writer begins; it brings the header if the log has none.</summary>
    public BatchWritten Begin(ulong epochNonce, DateTimeOffset time) =>
        Row(epochNonce, time, [], Ids is null ? [new LogEntry.WriterStarted(), NewHeader()] : [new LogEntry.WriterStarted()]);

    /// <summary>A row that repeats the header, so that the row that holds it may be trimmed.</summary>
    public BatchWritten RepeatHeader(ulong epochNonce, DateTimeOffset time) =>
        Row(epochNonce, time, [], [new LogEntry.Header(Ids!.Key)]);

    /// <summary>One row for all these requests, in this order, and then these facts about subscriptions.</summary>
    public BatchWritten Write(
        ulong epochNonce, DateTimeOffset time, IReadOnlyList<(RequestToken Token, IReadOnlyList<Update> Updates)> requests, IReadOnlyList<LogEntry>? facts = null)
    {
        var entries = new List<LogEntry>();
        var written = new RequestWritten[requests.Count];
        for (var i = 0; i < written.Length; i++)
        {
            var (token, updates) = requests[i];
            written[i] = new RequestWritten(token, entries.Count, updates.Count);
            foreach (var update in updates)
                entries.Add(new LogEntry.Published(update));
        }

        if (facts is not null)
            entries.AddRange(facts);

        return Row(epochNonce, time, written, entries);
    }

    /// <summary>Takes over a committed row: the one after <see cref="SequenceNumber"/>.</summary>
    public void Apply(long sequenceNumber, BatchWritten written)
    {
        SequenceNumber = sequenceNumber;
        NextOrdinal = written.FirstOrdinal;
        NextByte = written.FirstByte;
        NextFact = written.FirstFact;
        for (var index = 0; index < written.Entries.Count; index++)
            Apply(new Position(sequenceNumber, index), written.EpochNonce, written.Entries[index]);

        foreach (var request in written.Requests)
        {
            var first = new Position(sequenceNumber, request.FirstIndex);
            _answered.Add(request.Token.Gateway, new RequestAnswer(request.Token.Number, first, request.Count, written.EpochNonce));
        }
    }

    /// <summary>Starts from a snapshot taken at this row.</summary>
    public void Restore(long sequenceNumber, LogSnapshot snapshot)
    {
        SequenceNumber = sequenceNumber;
        NextOrdinal = snapshot.NextOrdinal;
        NextByte = snapshot.NextByte;
        NextFact = snapshot.NextFact;
        _lastEvent = new LastEvent(Position.Zero, 0, default, snapshot.LastEventId);
        Subscriptions = snapshot.Subscriptions.Aggregate(ActiveSubscriptions.None, (all, subscription) => all.With(subscription));
        HeaderAt = snapshot.HeaderAt;
        UseKey(snapshot.IdKey);
        foreach (var (gateway, answers) in snapshot.Gateways)
        {
            foreach (var answer in answers)
                _answered.Add(gateway, answer);
        }
    }

    public LogSnapshot TakeSnapshot() => new()
    {
        NextOrdinal = NextOrdinal,
        NextByte = NextByte,
        NextFact = NextFact,
        LastEventId = LastEventId,
        Subscriptions = [.. Subscriptions.All],
        HeaderAt = HeaderAt,
        IdKey = Ids!.Key,
        Gateways = [.. _answered.Windows.Select(window => (window.Gateway, (IReadOnlyList<RequestAnswer>)[.. window.Answers]))],
    };

    private static LogEntry.Header NewHeader() => new(UpdateIds.NewKey());

    private void Apply(Position position, ulong epochNonce, LogEntry entry)
    {
        switch (entry)
        {
            case LogEntry.Published { Update: var update }:
                NextOrdinal++;
                NextByte += update.Size();
                _lastEvent = new LastEvent(position, epochNonce, update.Generation, update.Id);
                break;
            case LogEntry.SubscriptionStarted started:
                ApplyFact(position, epochNonce, Subscriptions.With(started.Subscription));
                break;
            case LogEntry.SubscriptionEnded ended:
                ApplyFact(position, epochNonce, Subscriptions.Without(ended.Subscription));
                break;
            case LogEntry.Header header:
                HeaderAt = position.SequenceNumber;
                UseKey(header.IdKey);
                break;
        }
    }

    private void ApplyFact(Position position, ulong epochNonce, ActiveSubscriptions after)
    {
        NextFact++;
        Subscriptions = after;
        _lastEvent = new LastEvent(position, epochNonce, Generation.V010, Id: null);
    }

    private void UseKey(ReadOnlyMemory<byte> key)
    {
        if (Ids is null || !Ids.Key.Span.SequenceEqual(key.Span))
            Ids = new UpdateIds(key);
    }

    private BatchWritten Row(ulong epochNonce, DateTimeOffset time, IReadOnlyList<RequestWritten> requests, IReadOnlyList<LogEntry> entries) => new()
    {
        EpochNonce = epochNonce,
        Time = time,
        FirstOrdinal = NextOrdinal,
        FirstByte = NextByte,
        FirstFact = NextFact,
        Requests = requests,
        Entries = entries,
    };

    /// <summary>The newest event; its id is spelled out only when somebody asks.</summary>
    /// <param name="Position">Zero when only its id is known.</param>
    /// <param name="EpochNonce">Of its row.</param>
    /// <param name="Generation">Decides how a generated id is spelled.</param>
    /// <param name="Id">Its publisher's own id; null for a generated one.</param>
    private readonly record struct LastEvent(Position Position, ulong EpochNonce, Generation Generation, string? Id);
}
