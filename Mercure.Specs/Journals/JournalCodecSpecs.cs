using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Google.Protobuf;
using Mercure.Actors.Authorization;
using Mercure.Actors.Log;
using Mercure.Actors.Presence;
using Mercure.Actors.Serialization;
using Mercure.Actors.Updates;
using Xunit;

namespace Mercure.Specs.Journals;

/// <summary>What is stored can be read for ever, and says what was meant.</summary>
public sealed class JournalCodecSpecs
{
    [Fact]
    public void Should_read_a_first_row_of_format_1() =>
        AssertSame(JournalSamples.FirstRowValue, JournalCodec.DecodeBatch(Convert.FromBase64String(JournalSamples.FirstRow)));

    [Fact]
    public void Should_read_updates_of_format_1() =>
        AssertSame(JournalSamples.UpdatesValue, JournalCodec.DecodeBatch(Convert.FromBase64String(JournalSamples.Updates)));

    [Fact]
    public void Should_read_a_snapshot_of_format_1() =>
        AssertSame(JournalSamples.SnapshotValue, JournalCodec.DecodeSnapshot(Convert.FromBase64String(JournalSamples.Snapshot)));

    [Fact]
    public void Should_read_and_write_subscriptions_of_format_1()
    {
        AssertSame(JournalSamples.SubscriptionsValue, JournalCodec.DecodeBatch(Convert.FromBase64String(JournalSamples.Subscriptions)));
        AssertSame(JournalSamples.TrackingSnapshotValue, JournalCodec.DecodeSnapshot(Convert.FromBase64String(JournalSamples.TrackingSnapshot)));
        Assert.Equal(JournalSamples.Subscriptions, Convert.ToBase64String(JournalCodec.Encode(JournalSamples.SubscriptionsValue)));
        Assert.Equal(JournalSamples.TrackingSnapshot, Convert.ToBase64String(JournalCodec.Encode(JournalSamples.TrackingSnapshotValue)));
    }

    /// <summary>A hub that is rolled back must read what the newer one wrote, as long as nothing new is in it.</summary>
    [Fact]
    public void Should_still_write_format_1()
    {
        Assert.Equal(JournalSamples.FirstRow, Convert.ToBase64String(JournalCodec.Encode(JournalSamples.FirstRowValue)));
        Assert.Equal(JournalSamples.Updates, Convert.ToBase64String(JournalCodec.Encode(JournalSamples.UpdatesValue)));
        Assert.Equal(JournalSamples.Snapshot, Convert.ToBase64String(JournalCodec.Encode(JournalSamples.SnapshotValue)));
    }

    [Theory]
    [InlineData(6)]
    [InlineData(15)]
    [InlineData(1000)]
    public void Should_refuse_an_entry_of_an_unknown_kind(int kind)
    {
        // An entry (field 6 of the batch) that holds one message in a field of a later format.
        byte[] bytes = Message(output => WriteMessage(output, 6, Message(entry => WriteMessage(entry, kind, [8, 1]))));

        Assert.Throws<InvalidDataException>(() => JournalCodec.DecodeBatch(bytes));
    }

    [Fact]
    public void Should_refuse_an_entry_without_a_kind() =>
        Assert.Throws<InvalidDataException>(() => JournalCodec.DecodeBatch(Message(output => WriteMessage(output, 6, []))));

    [Fact]
    public void Should_refuse_a_row_that_is_cut_short()
    {
        var bytes = JournalCodec.Encode(JournalSamples.UpdatesValue);
        Assert.Throws<InvalidProtocolBufferException>(() => JournalCodec.DecodeBatch(bytes.AsMemory(0, bytes.Length - 1)));
    }

    [Property(Arbitrary = [typeof(Stored)])]
    public void Should_read_the_batch_that_was_written(BatchWritten batch) => AssertSame(batch, JournalCodec.DecodeBatch(JournalCodec.Encode(batch)));

    [Property(Arbitrary = [typeof(Stored)])]
    public void Should_read_the_snapshot_that_was_written(LogSnapshot snapshot) =>
        AssertSame(snapshot, JournalCodec.DecodeSnapshot(JournalCodec.Encode(snapshot)));

    private static byte[] Message(Action<CodedOutputStream> write)
    {
        using var stream = new MemoryStream();
        using (var output = new CodedOutputStream(stream, leaveOpen: true))
            write(output);

        return stream.ToArray();
    }

    private static void WriteMessage(CodedOutputStream output, int field, byte[] message)
    {
        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        output.WriteBytes(ByteString.CopyFrom(message));
    }

    private static void AssertSame(BatchWritten expected, BatchWritten actual)
    {
        Assert.Equal(
            (expected.EpochNonce, expected.Time, expected.FirstOrdinal, expected.FirstByte, expected.FirstFact),
            (actual.EpochNonce, actual.Time, actual.FirstOrdinal, actual.FirstByte, actual.FirstFact));
        Assert.Equal(expected.Requests, actual.Requests);
        Assert.Equal(expected.Entries.Select(Plain), actual.Entries.Select(Plain));
    }

    private static void AssertSame(LogSnapshot expected, LogSnapshot actual)
    {
        Assert.Equal((expected.NextOrdinal, expected.NextByte, expected.HeaderAt), (actual.NextOrdinal, actual.NextByte, actual.HeaderAt));
        Assert.Equal((expected.NextFact, expected.LastEventId), (actual.NextFact, actual.LastEventId));
        Assert.Equal(expected.Subscriptions, actual.Subscriptions);
        Assert.Equal(expected.IdKey.ToArray(), actual.IdKey.ToArray());
        Assert.Equal(expected.Gateways.Select(window => window.Gateway), actual.Gateways.Select(window => window.Gateway));
        Assert.Equal(expected.Gateways.Select(window => window.Answers), actual.Gateways.Select(window => window.Answers));
    }

    /// <summary>With everything that compares by reference spelled out.</summary>
    private static string Plain(LogEntry entry) => entry switch
    {
        LogEntry.Header header => $"header {Convert.ToHexString(header.IdKey.Span)}",
        LogEntry.Published { Update: var update } => string.Join(
            " | ",
            [
                $"{update.Generation}", .. update.Topics, "for", .. update.Audience.Names.Select(name => $"{name.Kind} {name.Value}"),
                update.Data is { } data ? $"data {Convert.ToHexString(data.Span)}" : "no data",
                update.Id is null ? "no id" : $"id {update.Id}", update.Type is null ? "no type" : $"type {update.Type}", $"{update.Retry}",
            ]),
        _ => entry.ToString(),
    };

    /// <summary>Everything that the log may hold.</summary>
    public static class Stored
    {
        private static readonly Gen<string> Text = Gen.Elements("", "a", "https://example.com/books/1", "ü€😀", "line\nline", new string('x', 300));

        private static readonly Gen<Guid> Gateway = ArbMap.Default.GeneratorFor<Guid>();

        private static readonly Gen<ulong> Nonce = ArbMap.Default.GeneratorFor<ulong>().Select(nonce => nonce & ((1UL << Epoch.NonceBits) - 1));

        private static readonly Gen<long> Count = ArbMap.Default.GeneratorFor<long>().Select(number => number & long.MaxValue);

        private static readonly Gen<ReadOnlyMemory<byte>> Key = ArbMap.Default.GeneratorFor<byte>().ArrayOf(UpdateIds.KeySize).Select(key => new ReadOnlyMemory<byte>(key));

        private static readonly Gen<Audience> AnAudience =
            from values in Text.ListOf()
            from kind in Gen.Elements(AudienceKind.Target, AudienceKind.Topic)
            select Audience.Of([.. values.Select(value => new AudienceName(kind, value))]);

        private static readonly Gen<LogEntry> Published =
            from topics in Text.NonEmptyListOf()
            from audience in AnAudience
            from data in ArbMap.Default.GeneratorFor<byte[]>().OrNull()
            from id in Text.OrNull()
            from type in Text.OrNull()
            from retry in ArbMap.Default.GeneratorFor<ulong>()
            select (LogEntry)new LogEntry.Published(new Update
            {
                Generation = Generation.V07,
                Topics = [.. topics],
                Audience = audience,
                Data = data is null ? null : (ReadOnlyMemory<byte>?)data,
                Id = id,
                Type = type,
                Retry = retry,
            });

        private static readonly Gen<ActiveSubscription> Subscription =
            from node in Gateway
            from subscriber in Text
            from pattern in Text
            from payload in Text.OrNull()
            select new ActiveSubscription(node, subscriber, MatcherKind.Selector, pattern, payload);

        private static readonly Gen<LogEntry> Entry = Gen.Frequency(
            (8, Published),
            (2, Subscription.Select(subscription => (LogEntry)new LogEntry.SubscriptionStarted(subscription))),
            (2, Subscription.Select(subscription => (LogEntry)new LogEntry.SubscriptionEnded(subscription))),
            (1, Key.Select(key => (LogEntry)new LogEntry.Header(key))),
            (1, Gen.Constant((LogEntry)new LogEntry.WriterStarted())));

        private static readonly Gen<RequestWritten> Request =
            from gateway in Gateway
            from number in Count
            from first in Gen.Choose(0, ushort.MaxValue)
            from count in Gen.Choose(0, 200)
            select new RequestWritten(new RequestToken(gateway, number), first, count);

        private static readonly Gen<RequestAnswer> Answer =
            from number in Count
            from row in Gen.Choose(0, int.MaxValue)
            from index in Gen.Choose(0, ushort.MaxValue)
            from count in Gen.Choose(0, 200)
            from nonce in Nonce
            select new RequestAnswer(number, new Position((long)row << 16, index), count, nonce);

        private static readonly Gen<(Guid Gateway, IReadOnlyList<RequestAnswer> Answers)> Window =
            from gateway in Gateway
            from answers in Answer.ListOf()
            select (gateway, (IReadOnlyList<RequestAnswer>)[.. answers]);

        public static Arbitrary<BatchWritten> Batches() => Arb.From(
            from nonce in Nonce
            from time in Gen.Choose(0, int.MaxValue)
            from ordinal in Count
            from bytes in Count
            from facts in Count
            from requests in Request.ListOf()
            from entries in Entry.ListOf()
            select new BatchWritten
            {
                EpochNonce = nonce,
                Time = DateTimeOffset.FromUnixTimeMilliseconds(time * 1000L),
                FirstOrdinal = ordinal,
                FirstByte = bytes,
                FirstFact = facts,
                Requests = [.. requests],
                Entries = [.. entries],
            });

        public static Arbitrary<LogSnapshot> Snapshots() => Arb.From(
            from ordinal in Count
            from bytes in Count
            from key in Key
            from headerAt in Count
            from windows in Window.ListOf()
            from facts in Count
            from last in Text.OrNull()
            from subscriptions in Subscription.ListOf()
            select new LogSnapshot
            {
                NextOrdinal = ordinal,
                NextByte = bytes,
                IdKey = key,
                HeaderAt = headerAt,
                Gateways = [.. windows],
                NextFact = facts,
                LastEventId = last,
                Subscriptions = [.. subscriptions],
            });
    }
}
