using Akka.Actor;
using Google.Protobuf;
using Mercure.Actors.Log;
using Mercure.Actors.Matching;
using Mercure.Actors.Protocol;
using Mercure.Actors.Updates;
using static Mercure.Actors.Protocol.LinkProtocol;

namespace Mercure.Actors.Serialization;

/// <summary>The forms of <see cref="LinkProtocol"/> on the wire.</summary>
internal static class LinkCodec
{
    public static IReadOnlyList<MessageFormat> Formats(ExtendedActorSystem system) =>
    [
        MessageFormat.Of<Connect, Wire.Connect>(
            "connect",
            message => new Wire.Connect { Hub = message.Hub, Link = Encode(message.Link), Switchboard = Akka.Serialization.Serialization.SerializedActorPath(message.Switchboard) },
            wire => new Connect(wire.Hub, Decode(wire.Link), MessageFormat.Actor(system, wire.Switchboard))),
        MessageFormat.Of<Connected, Wire.Connected>(
            "connected",
            message => new Wire.Connected
            {
                Hub = message.Hub,
                Link = Encode(message.Link),
                Epoch = Encode(message.Epoch),
                Head = Encode(message.Head),
                IdKey = UnsafeByteOperations.UnsafeWrap(message.IdKey),
            },
            wire => new Connected(wire.Hub, Decode(wire.Link), Decode(wire.Epoch), Decode(wire.Head), wire.IdKey.Memory)),
        MessageFormat.Of<Disconnected, Wire.Disconnected>(
            "disconnected",
            message => new Wire.Disconnected { Hub = message.Hub, Link = Encode(message.Link) },
            wire => new Disconnected(wire.Hub, Decode(wire.Link))),
        MessageFormat.Of<Routed, Wire.Routed>(
            "routed",
            message => new Wire.Routed
            {
                Hub = message.Hub,
                Link = Encode(message.Link),
                Epoch = Encode(message.Epoch),
                Previous = message.Previous,
                Row = message.Row is { } row ? Encode(row) : null,
                Head = Encode(message.Head),
            },
            wire => new Routed(
                wire.Hub, Decode(wire.Link), Decode(wire.Epoch), wire.Previous, wire.Row is { } row ? Decode(row) : null, Decode(wire.Head))),
        MessageFormat.Of<Received, Wire.Received>(
            "received",
            message => new Wire.Received { Hub = message.Hub, Link = Encode(message.Link), SequenceNumber = message.SequenceNumber },
            wire => new Received(wire.Hub, Decode(wire.Link), wire.SequenceNumber)),
        MessageFormat.Of<DeclareInterests, Wire.DeclareInterests>(
            "declare-interests",
            message => new Wire.DeclareInterests
            {
                Hub = message.Hub,
                Link = Encode(message.Link),
                Number = message.Number,
                Added = { message.Added.Select(Encode) },
                Removed = { message.Removed.Select(Encode) },
                IsComplete = message.IsComplete,
            },
            wire => new DeclareInterests(
                wire.Hub,
                Decode(wire.Link),
                wire.Number,
                [.. wire.Added.Where(IsKnown).Select(Decode)],
                [.. wire.Removed.Where(IsKnown).Select(Decode)],
                wire.IsComplete,
                HasUnknown: !wire.Added.All(IsKnown))),
        MessageFormat.Of<InterestsTaken, Wire.InterestsTaken>(
            "interests-taken",
            message => new Wire.InterestsTaken
            {
                Hub = message.Hub,
                Link = Encode(message.Link),
                Epoch = Encode(message.Epoch),
                Number = message.Number,
                Head = Encode(message.Head),
            },
            wire => new InterestsTaken(wire.Hub, Decode(wire.Link), Decode(wire.Epoch), wire.Number, Decode(wire.Head))),
    ];

    private static Wire.Row Encode(RoutedRow row)
    {
        var (written, places) = row.ToParts();
        var wire = new Wire.Row { SequenceNumber = row.SequenceNumber, Batch = UnsafeByteOperations.UnsafeWrap(JournalCodec.Encode(written)) };
        foreach (var place in places)
        {
            wire.Indexes.Add((uint)place.Index);
            wire.Ordinals.Add((uint)place.Ordinal);
        }

        return wire;
    }

    private static RoutedRow Decode(Wire.Row wire)
    {
        var batch = JournalCodec.DecodeBatch(wire.Batch.Memory);
        var (indexes, ordinals, entries) = (wire.Indexes, wire.Ordinals, batch.Entries.Count);
        // What is not right is refused here, where it costs a message, and not where it would cost an actor.
        if (indexes.Count != ordinals.Count || (indexes.Count > 0 && indexes.Count != entries))
            throw new InvalidDataException($"A row of {entries} entries came with {indexes.Count} indexes and {ordinals.Count} ordinals.");
        if (!Position.Exists(wire.SequenceNumber, indexes.Concat(ordinals).Append((uint)entries).Max()))
            throw new InvalidDataException($"A row came with the sequence number {wire.SequenceNumber}, or an index, that no row has.");
        return new RoutedRow(wire.SequenceNumber, batch, [.. indexes.Zip(ordinals, (index, ordinal) => new EntryPlace((int)index, (int)ordinal))]);
    }

    private static Wire.Link Encode(LinkId link) => new() { Switchboard = JournalCodec.Bytes(link.Switchboard), Attempt = link.Attempt };

    private static LinkId Decode(Wire.Link? link) => new(JournalCodec.Guid(MessageFormat.Required(link).Switchboard), link!.Attempt);

    private static Wire.Epoch Encode(Epoch epoch) => new() { Start = epoch.Start, Nonce = epoch.Nonce };

    private static Epoch Decode(Wire.Epoch? epoch) => new(MessageFormat.Required(epoch).Start, epoch!.Nonce);

    private static Wire.Head Encode(LogHead head) =>
        new() { SequenceNumber = head.SequenceNumber, NextOrdinal = head.NextOrdinal, IndexedThrough = head.IndexedThrough };

    private static LogHead Decode(Wire.Head? head) => new(MessageFormat.Required(head).SequenceNumber, head!.NextOrdinal, head.IndexedThrough);

    private static Wire.Selector Encode(TopicSelector selector) => new() { Text = selector.Text, Kind = (uint)selector.Kind };

    private static TopicSelector Decode(Wire.Selector selector) => TopicSelector.Of((SelectorKind)selector.Kind, selector.Text);

    private static bool IsKnown(Wire.Selector selector) => Enum.IsDefined((SelectorKind)selector.Kind);
}
