using Google.Protobuf;
using Mercure.Actors.Authorization;
using Mercure.Actors.Log;
using Mercure.Actors.Presence;
using Mercure.Actors.Updates;

namespace Mercure.Actors.Serialization;

/// <summary>Between the log's types and their stored form (<c>journal.proto</c>).</summary>
internal static class JournalCodec
{
    public static byte[] Encode(BatchWritten written)
    {
        var batch = new Proto.Batch
        {
            EpochNonce = written.EpochNonce,
            Time = written.Time.ToUnixTimeMilliseconds(),
            FirstOrdinal = written.FirstOrdinal,
            FirstByte = written.FirstByte,
            FirstFact = written.FirstFact,
        };
        foreach (var request in written.Requests)
        {
            batch.Requests.Add(new Proto.Request
            {
                Gateway = Bytes(request.Token.Gateway),
                Number = request.Token.Number,
                FirstIndex = (uint)request.FirstIndex,
                Count = (uint)request.Count,
            });
        }

        foreach (var entry in written.Entries)
            batch.Entries.Add(Encode(entry));

        return batch.ToByteArray();
    }

    /// <exception cref="InvalidProtocolBufferException">The bytes are no message.</exception>
    /// <exception cref="InvalidDataException">The message is no batch, or holds an entry of a later format.</exception>
    public static BatchWritten DecodeBatch(ReadOnlyMemory<byte> bytes)
    {
        var batch = Proto.Batch.Parser.ParseFrom(bytes.Span);
        return new BatchWritten
        {
            EpochNonce = batch.EpochNonce,
            Time = Time(batch.Time),
            FirstOrdinal = batch.FirstOrdinal,
            FirstByte = batch.FirstByte,
            FirstFact = batch.FirstFact,
            Requests = [.. batch.Requests.Select(request => new RequestWritten(
                new RequestToken(Guid(request.Gateway), request.Number), (int)request.FirstIndex, (int)request.Count))],
            Entries = [.. batch.Entries.Select(Decode)],
        };
    }

    public static byte[] Encode(LogSnapshot snapshot)
    {
        var stored = new Proto.Snapshot
        {
            NextOrdinal = snapshot.NextOrdinal,
            NextByte = snapshot.NextByte,
            IdKey = UnsafeByteOperations.UnsafeWrap(snapshot.IdKey),
            HeaderAt = snapshot.HeaderAt,
            NextFact = snapshot.NextFact,
            Subscriptions = { snapshot.Subscriptions.Select(Encode) },
        };
        if (snapshot.LastEventId is not null)
            stored.LastEventId = snapshot.LastEventId;

        foreach (var (gateway, answers) in snapshot.Gateways)
        {
            var window = new Proto.GatewayWindow { Gateway = Bytes(gateway) };
            window.Answers.AddRange(answers.Select(answer => new Proto.Answer
            {
                Number = answer.Number,
                Position = answer.First.Value,
                Count = (uint)answer.Count,
                EpochNonce = answer.EpochNonce,
            }));
            stored.Gateways.Add(window);
        }

        return stored.ToByteArray();
    }

    /// <exception cref="InvalidProtocolBufferException">The bytes are no snapshot.</exception>
    public static LogSnapshot DecodeSnapshot(ReadOnlyMemory<byte> bytes)
    {
        var stored = Proto.Snapshot.Parser.ParseFrom(bytes.Span);
        return new LogSnapshot
        {
            NextOrdinal = stored.NextOrdinal,
            NextByte = stored.NextByte,
            IdKey = stored.IdKey.Memory,
            HeaderAt = stored.HeaderAt,
            NextFact = stored.NextFact,
            LastEventId = stored.HasLastEventId ? stored.LastEventId : null,
            Subscriptions = [.. stored.Subscriptions.Select(Decode)],
            Gateways = [.. stored.Gateways.Select(window => (Guid(window.Gateway), (IReadOnlyList<RequestAnswer>)
                [.. window.Answers.Select(answer => new RequestAnswer(
                    answer.Number, Position.FromValue(answer.Position), (int)answer.Count, answer.EpochNonce))]))],
        };
    }

    private static Proto.Entry Encode(LogEntry entry) => entry switch
    {
        LogEntry.Published published => new Proto.Entry { Published = Encode(published.Update) },
        LogEntry.Header header => new Proto.Entry { Header = new Proto.Header { IdKey = UnsafeByteOperations.UnsafeWrap(header.IdKey) } },
        LogEntry.SubscriptionStarted started => new Proto.Entry { SubscriptionStarted = Encode(started.Subscription) },
        LogEntry.SubscriptionEnded ended => new Proto.Entry { SubscriptionEnded = Encode(ended.Subscription) },
        LogEntry.WriterStarted => new Proto.Entry { WriterStarted = new Proto.WriterStarted() },
        _ => throw new ArgumentException($"{entry.GetType()} has no stored form.", nameof(entry)),
    };

    private static LogEntry Decode(Proto.Entry entry) => entry.KindCase switch
    {
        Proto.Entry.KindOneofCase.Published => new LogEntry.Published(Decode(entry.Published)),
        Proto.Entry.KindOneofCase.Header => new LogEntry.Header(entry.Header.IdKey.Memory),
        Proto.Entry.KindOneofCase.SubscriptionStarted => new LogEntry.SubscriptionStarted(Decode(entry.SubscriptionStarted)),
        Proto.Entry.KindOneofCase.SubscriptionEnded => new LogEntry.SubscriptionEnded(Decode(entry.SubscriptionEnded)),
        Proto.Entry.KindOneofCase.WriterStarted => new LogEntry.WriterStarted(),
        // Skipping it would shift nothing but would hide what the log says: a newer hub wrote this, an older one must not serve it.
        _ => throw new InvalidDataException("The journal holds an entry of a later version of the hub."),
    };

    internal static Proto.Published Encode(Update update)
    {
        var published = new Proto.Published { Generation = (uint)update.Generation, Retry = update.Retry };
        published.Topics.AddRange(update.Topics);
        foreach (var name in update.Audience.Names)
            published.Audience.Add(new Proto.AudienceName { Kind = (uint)name.Kind, Value = name.Value });

        if (update.Data is { } data)
            published.Data = UnsafeByteOperations.UnsafeWrap(data);
        if (update.Id is not null)
            published.Id = update.Id;
        if (update.Type is not null)
            published.Type = update.Type;

        return published;
    }

    internal static Update Decode(Proto.Published published) => new()
    {
        Generation = (Generation)published.Generation,
        Topics = [.. published.Topics],
        Audience = Audience.Of([.. published.Audience.Select(name => new AudienceName((AudienceKind)name.Kind, name.Value))]),
        // Without the cast null would become empty memory: no data and empty data are different updates.
        Data = published.HasData ? (ReadOnlyMemory<byte>?)published.Data.Memory : null,
        Id = published.HasId ? published.Id : null,
        Type = published.HasType ? published.Type : null,
        Retry = published.Retry,
    };

    internal static Proto.Subscription Encode(ActiveSubscription subscription)
    {
        var stored = new Proto.Subscription
        {
            Node = Bytes(subscription.Node),
            Subscriber = subscription.Subscriber,
            Kind = (uint)subscription.Kind,
            Pattern = subscription.Pattern,
        };
        if (subscription.Payload is not null)
            stored.Payload = subscription.Payload;

        return stored;
    }

    internal static ActiveSubscription Decode(Proto.Subscription stored) => new(
        Guid(stored.Node), stored.Subscriber, (MatcherKind)stored.Kind, stored.Pattern, stored.HasPayload ? stored.Payload : null);

    internal static ByteString Bytes(Guid guid) => UnsafeByteOperations.UnsafeWrap(guid.ToByteArray());

    internal static Guid Guid(ByteString bytes) =>
        bytes.Length == 16 ? new(bytes.Span) : throw new InvalidDataException($"A gateway's id has {bytes.Length} bytes instead of 16.");

    private static DateTimeOffset Time(long milliseconds) =>
        milliseconds >= DateTimeOffset.MinValue.ToUnixTimeMilliseconds() && milliseconds <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
            : throw new InvalidDataException($"A batch's time is {milliseconds} ms, which no calendar has.");
}
