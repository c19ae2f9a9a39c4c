using System.Globalization;
using System.Text;
using Mercure.Bench.Http;
using Mercure.Bench.Measure;
using Mercure.Bench.Verify;

namespace Mercure.Bench.Load;

/// <summary>What all subscribers of a run share. Their bytes are consumed by one thread at a time.</summary>
internal sealed class Subscription
{
    private readonly RunSettings _settings;
    private readonly HubAddress _address;
    private long _deliveries;

    public Subscription(RunSettings settings, HubAddress address, uint run, Window window)
    {
        _settings = settings;
        _address = address;
        Run = run;
        Window = window;
        Logs = [.. Enumerable.Range(0, settings.Topics).Select(_ => new TopicLog())];
        for (var i = 0; i < settings.Subscribers; i++)
            Logs[i % settings.Topics].Subscribers++;
    }

    public uint Run { get; }

    public Window Window { get; }

    public TopicLog[] Logs { get; }

    public Latencies Latencies { get; } = new();

    public Latencies FirstBytes { get; } = new();

    public Faults Faults { get; } = new();

    public int Publishers => _settings.Publishers;

    public int Payload => _settings.Payload;

    public bool OwnIds => _settings.OwnIds;

    /// <summary>Whether subscribers remember the last id, to come back with it.</summary>
    public bool KeepsIds { get; init; }

    public long Deliveries => Volatile.Read(ref _deliveries);

    /// <summary>Where decoded bytes of compressed streams are put before they are parsed.</summary>
    public byte[] Scratch { get; } = new byte[16 * 1024];

    public void Delivered() => Volatile.Write(ref _deliveries, _deliveries + 1);

    /// <summary>As a query holds it.</summary>
    public string BystanderTopic(int number) =>
        Uri.EscapeDataString(_settings.BystanderTopic.Replace("#", number.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal));

    /// <param name="topic">As a query holds it.</param>
    /// <param name="lastEventId">Empty for none.</param>
    public byte[] Request(string topic, string lastEventId)
    {
        var separator = _address.Url.Query.Length == 0 ? '?' : '&';
        var request = new StringBuilder()
            .Append("GET ").Append(_address.PathAndQuery).Append(separator).Append("topic=").Append(topic)
            .Append(" HTTP/1.1\r\nHost: ").Append(_address.Host)
            .Append("\r\nAccept: text/event-stream\r\nCache-Control: no-cache\r\n");
        if (lastEventId.Length > 0)
            request.Append("Last-Event-ID: ").Append(lastEventId).Append("\r\n");
        if (_settings.SubscriberToken is { } token)
            request.Append("Authorization: Bearer ").Append(token).Append("\r\n");
        if (_settings.Gzip)
            request.Append("Accept-Encoding: gzip\r\n");
        return Encoding.ASCII.GetBytes(request.Append("\r\n").ToString());
    }
}
