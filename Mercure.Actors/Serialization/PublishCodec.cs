using Mercure.Actors.Log;
using static Mercure.Actors.Protocol.PublishProtocol;

namespace Mercure.Actors.Serialization;

/// <summary>The forms of <see cref="Protocol.PublishProtocol"/> on the wire.</summary>
internal static class PublishCodec
{
    public static readonly IReadOnlyList<MessageFormat> Formats =
    [
        MessageFormat.Of<StoreRequest, Wire.StoreRequest>(
            "store",
            message => new Wire.StoreRequest { Hub = message.Hub, Token = Encode(message.Token), Updates = { message.Updates.Select(JournalCodec.Encode) } },
            wire => new StoreRequest(wire.Hub, Decode(wire.Token), [.. wire.Updates.Select(JournalCodec.Decode)])),
        MessageFormat.Of<RequestStored, Wire.RequestStored>(
            "stored",
            message => new Wire.RequestStored { Hub = message.Hub, Token = Encode(message.Token), Ids = { message.Ids } },
            wire => new RequestStored(wire.Hub, Decode(wire.Token), [.. wire.Ids])),
        MessageFormat.Of<RequestFailed, Wire.RequestFailed>(
            "failed",
            message => new Wire.RequestFailed { Hub = message.Hub, Token = Encode(message.Token), Reason = message.Reason },
            wire => new RequestFailed(wire.Hub, Decode(wire.Token), wire.Reason)),
        MessageFormat.Of<GetReady, Wire.GetReady>(
            "get-ready", message => new Wire.GetReady { Hub = message.Hub }, wire => new GetReady(wire.Hub)),
        MessageFormat.Of<Ready, Wire.Ready>(
            "ready", message => new Wire.Ready { Hub = message.Hub }, wire => new Ready(wire.Hub)),
    ];

    private static Wire.Token Encode(RequestToken token) => new() { Gateway = JournalCodec.Bytes(token.Gateway), Number = token.Number };

    private static RequestToken Decode(Wire.Token? token) => new(JournalCodec.Guid(MessageFormat.Required(token).Gateway), token!.Number);
}
