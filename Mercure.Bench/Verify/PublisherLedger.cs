namespace Mercure.Bench.Verify;

/// <summary>What one publisher has sent to each topic, and what of it the hub has not acknowledged (such an update may come or not).</summary>
internal sealed class PublisherLedger(int topics)
{
    private readonly uint[] _sent = new uint[topics];
    private readonly HashSet<ulong> _unacknowledged = [];

    public uint Next(int topic) => _sent[topic]++;

    public uint Sent(int topic) => Volatile.Read(ref _sent[topic]);

    /// <summary>Up to here a subscriber must come; what follows was not acknowledged. Once the publisher has stopped.</summary>
    public uint SentAndAcknowledged(int topic)
    {
        var sent = _sent[topic];
        while (sent > 0 && !IsAcknowledged(topic, sent - 1))
            sent--;
        return sent;
    }

    public void Unacknowledged(int topic, uint sequence) => _unacknowledged.Add(((ulong)(uint)topic << 32) | sequence);

    public bool IsAcknowledged(int topic, uint sequence) =>
        _unacknowledged.Count == 0 || !_unacknowledged.Contains(((ulong)(uint)topic << 32) | sequence);
}
