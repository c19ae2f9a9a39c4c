using Akka.Actor;
using Mercure.Actors.Log;
using Mercure.Actors.Presence;
using Mercure.Actors.Protocol;
using static Mercure.Actors.Protocol.PresenceProtocol;

namespace Mercure.Actors.Serialization;

/// <summary>The forms of <see cref="PresenceProtocol"/> on the wire.</summary>
internal static class PresenceCodec
{
    public static IReadOnlyList<MessageFormat> Formats(ExtendedActorSystem system) =>
    [
        MessageFormat.Of<Hello, Wire.Hello>("hello", message => new Wire.Hello { Hub = message.Hub }, wire => new Hello(wire.Hub)),
        MessageFormat.Of<Register, Wire.Register>(
            "register",
            message => new Wire.Register { Hub = message.Hub, Epoch = Encode(message.Epoch) },
            wire => new Register(wire.Hub, Decode(wire.Epoch))),
        MessageFormat.Of<Record, Wire.Record>("record", Encode, Decode),
        MessageFormat.Of<Recorded, Wire.Recorded>(
            "recorded",
            message => new Wire.Recorded { Hub = message.Hub, Life = JournalCodec.Bytes(message.Life), Number = message.Number, Row = message.Row },
            wire => new Recorded(wire.Hub, JournalCodec.Guid(wire.Life), wire.Number, wire.Row)),
        MessageFormat.Of<GetSubscriptions, Wire.GetSubscriptions>("get-subscriptions", Encode, Decode),
        MessageFormat.Of<Subscriptions, Wire.Subscriptions>("subscriptions", Encode, wire => Decode(wire, system)),
        MessageFormat.Of<GetMore, Wire.GetMore>(
            "get-more", message => new Wire.GetMore { Hub = message.Hub, List = message.List }, wire => new GetMore(wire.Hub, wire.List)),
        MessageFormat.Of<ListExpired, Wire.ListExpired>(
            "list-expired", message => new Wire.ListExpired { Hub = message.Hub }, wire => new ListExpired(wire.Hub)),
    ];

    private static Wire.Record Encode(Record message) => new()
    {
        Hub = message.Hub,
        Epoch = Encode(message.Epoch),
        Life = JournalCodec.Bytes(message.Life),
        Number = message.Number,
        Node = JournalCodec.Bytes(message.Node),
        Part = (uint)message.Part,
        Started = { message.Started.Select(JournalCodec.Encode) },
        Ended = { message.Ended.Select(JournalCodec.Encode) },
    };

    private static Record Decode(Wire.Record wire) => new(
        wire.Hub,
        Decode(wire.Epoch),
        JournalCodec.Guid(wire.Life),
        wire.Number,
        JournalCodec.Guid(wire.Node),
        (FullSetPart)wire.Part,
        [.. wire.Started.Select(JournalCodec.Decode)],
        [.. wire.Ended.Select(JournalCodec.Decode)]);

    private static Wire.GetSubscriptions Encode(GetSubscriptions message)
    {
        var query = message.Query;
        var wire = new Wire.GetSubscriptions { Hub = message.Hub, Kind = (uint)query.Kind };
        if (query.Pattern is not null)
            wire.Pattern = query.Pattern;
        if (query.Subscriber is not null)
            wire.Subscriber = query.Subscriber;
        if (query.UnlessLastEventIs is not null)
            wire.UnlessLastEventIs = query.UnlessLastEventIs;

        return wire;
    }

    private static GetSubscriptions Decode(Wire.GetSubscriptions wire) => new(wire.Hub, new SubscriptionQuery(
        (MatcherKind)wire.Kind,
        wire.HasPattern ? wire.Pattern : null,
        wire.HasSubscriber ? wire.Subscriber : null,
        wire.HasUnlessLastEventIs ? wire.UnlessLastEventIs : null));

    private static Wire.Subscriptions Encode(Subscriptions message)
    {
        var wire = new Wire.Subscriptions { Hub = message.Hub, IsUnchanged = message.IsUnchanged, Found = { message.Found.Select(JournalCodec.Encode) } };
        if (message.LastEventId is not null)
            wire.LastEventId = message.LastEventId;
        if (message.Rest is not { } rest)
            return wire;

        wire.Lister = Akka.Serialization.Serialization.SerializedActorPath(rest.Lister);
        wire.List = rest.List;
        return wire;
    }

    private static Subscriptions Decode(Wire.Subscriptions wire, ExtendedActorSystem system) => new(
        wire.Hub,
        wire.HasLastEventId ? wire.LastEventId : null,
        wire.IsUnchanged,
        [.. wire.Found.Select(JournalCodec.Decode)],
        wire.HasLister ? new RestOfList(MessageFormat.Actor(system, wire.Lister), wire.List) : null);

    private static Wire.Epoch Encode(Epoch epoch) => new() { Start = epoch.Start, Nonce = epoch.Nonce };

    private static Epoch Decode(Wire.Epoch? epoch) => new(MessageFormat.Required(epoch).Start, epoch!.Nonce);
}
