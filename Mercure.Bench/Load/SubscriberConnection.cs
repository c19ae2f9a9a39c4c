using Mercure.Bench.Http;
using Mercure.Bench.Verify;

namespace Mercure.Bench.Load;

/// <summary>
/// One subscriber: takes its connection's bytes as they come, and checks every event where it lies. Allocates nothing for an
/// event. It knows no sockets: <see cref="EpollPool"/> and <see cref="StreamPool"/> feed it.
/// </summary>
internal sealed class SubscriberConnection : ISseHandler, IDisposable
{
    private readonly Subscription _shared;
    private readonly int _topic;
    private readonly SseReader _events = new();
    private HeadReader? _headReader = new();
    private ChunkedReader? _chunks;
    private GzipDecoder? _gzip;
    private bool _anyByte;
    private long _now;
    private ulong _id;
    private int _dataLength;
    private Stamp _stamp;
    private bool _stamped;

    public SubscriberConnection(Subscription shared, int number)
    {
        _shared = shared;
        _topic = number % shared.Logs.Length;
        Ledger = new SubscriberLedger(shared.Logs[_topic], shared.Publishers);
    }

    public SubscriberLedger Ledger { get; }

    public int Topic => _topic;

    /// <summary>Stopwatch ticks when its connect was called.</summary>
    public long ConnectingSince { get; set; }

    /// <summary>The response head has come, and says 200.</summary>
    public bool IsOpen => _headReader is null;

    public byte[] Request() => _shared.Request(_topic);

    /// <param name="bytes">What the socket had.</param>
    /// <param name="now">Stopwatch ticks when it had it.</param>
    /// <exception cref="FormatException">Not a stream of events.</exception>
    public void Consume(ReadOnlySpan<byte> bytes, long now)
    {
        _now = now;
        if (_headReader is not null && !TryOpen(ref bytes))
            return;
        if (_chunks is null)
        {
            Body(bytes);
            return;
        }

        while (_chunks.TryRead(ref bytes, out var piece))
            Body(piece);
    }

    public void OnField(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (name.SequenceEqual("data"u8))
        {
            // Only the first line of several can be a stamp; the lines' total tells that nothing is missing
            if (_dataLength == 0)
                _stamped = Stamp.TryRead(value, out _stamp);
            _dataLength += value.Length;
        }
        else if (name.SequenceEqual("id"u8))
        {
            _id = IdHash.Of(value);
        }
    }

    public void OnEvent()
    {
        var (id, length) = (_id, _dataLength);
        (_id, _dataLength) = (0, 0);
        if (length == 0)
            return;
        if (!_stamped || _stamp.Run != _shared.Run || _stamp.Topic != _topic || _stamp.Publisher >= _shared.Publishers
            || length != _shared.Payload || id == 0)
        {
            _shared.Faults.Malformed++;
            return;
        }

        var verdict = Ledger.Read(_stamp.Publisher, _stamp.Sequence, id);
        if (verdict != Verdict.Good)
            _shared.Faults.Add(verdict);
        if (_shared.Window.Contains(_stamp.Ticks))
            _shared.Latencies.Record(_stamp.Ticks, _now);
        _shared.Delivered();
    }

    public void Dispose() => _gzip?.Dispose();

    private bool TryOpen(ref ReadOnlySpan<byte> bytes)
    {
        if (!_anyByte)
        {
            _anyByte = true;
            _shared.FirstBytes.Record(ConnectingSince, _now);
        }

        if (!_headReader!.TryRead(ref bytes, out var head))
            return false;
        if (head.Status != 200)
            throw new FormatException($"The hub answers a subscriber with status {head.Status}: {System.Text.Encoding.UTF8.GetString(bytes)}");
        _headReader = null;
        _chunks = head.IsChunked ? new ChunkedReader() : null;
        _gzip = head.IsGzip ? new GzipDecoder() : null;
        return true;
    }

    private void Body(ReadOnlySpan<byte> bytes)
    {
        if (_gzip is null)
        {
            _events.Feed(bytes, this);
            return;
        }

        _gzip.Feed(bytes);
        for (int read; (read = _gzip.Read(_shared.Scratch)) > 0;)
            _events.Feed(_shared.Scratch.AsSpan(0, read), this);
    }
}
