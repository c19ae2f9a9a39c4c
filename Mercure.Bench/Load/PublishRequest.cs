using System.Globalization;
using System.Text;
using Mercure.Bench.Http;
using Mercure.Bench.Verify;

namespace Mercure.Bench.Load;

/// <summary>
/// A publish as it goes over the wire, built once for a connection: all topics and payloads have the same
/// length, so only their bytes are written anew.
/// </summary>
internal sealed class PublishRequest
{
    private readonly byte[] _bytes;
    private readonly int _topicAt;
    private readonly int _idAt;
    private readonly int _payloadAt;

    public PublishRequest(HubAddress address, RunSettings settings, uint run)
    {
        var topic = TopicName.Encoded(run, 0);
        var target = settings.Target is null ? "" : $"&target={Uri.EscapeDataString(settings.Target)}";
        var id = settings.OwnIds ? $"&id={new string(' ', OwnId.Size)}" : "";
        var form = $"topic={topic}{target}{(settings.IsPrivate ? "&private=on" : "")}{id}&data=";
        var head = new StringBuilder()
            .Append("POST ").Append(address.PathAndQuery).Append(" HTTP/1.1\r\nHost: ").Append(address.Host)
            .Append("\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ")
            .Append((form.Length + settings.Payload).ToString(CultureInfo.InvariantCulture)).Append("\r\n");
        if (settings.PublisherToken is { } token)
            head.Append("Authorization: Bearer ").Append(token).Append("\r\n");
        head.Append("\r\n");

        _topicAt = head.Length + "topic=".Length + topic.Length - 6;
        head.Append(form);
        _payloadAt = head.Length;
        _idAt = settings.OwnIds ? _payloadAt - "&data=".Length - OwnId.Size : 0;
        _bytes = new byte[_payloadAt + settings.Payload];
        Encoding.ASCII.GetBytes(head.ToString(), _bytes);
    }

    public ReadOnlyMemory<byte> With(Stamp stamp)
    {
        stamp.Topic.TryFormat(_bytes.AsSpan(_topicAt, 6), out _, "x6", CultureInfo.InvariantCulture);
        if (_idAt > 0)
            OwnId.WriteTo(_bytes.AsSpan(_idAt, OwnId.Size), stamp);
        stamp.WriteTo(_bytes.AsSpan(_payloadAt));
        return _bytes;
    }
}
