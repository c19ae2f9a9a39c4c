using System.Text;
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
    private readonly int _number;
    private readonly int _topic;
    private SseReader _events = new();
    private HeadReader? _headReader = new();
    private ChunkedReader? _chunks;
    private GzipDecoder? _gzip;
    private bool _anyByte;
    private long _now;
    private ulong _id;
    private int _dataLength;
    private Stamp _stamp;
    private bool _stamped;
    private bool _isBack;
    private byte[] _lastId = [];
    private int _lastIdLength;

    public SubscriberConnection(Subscription shared, int number, SubscriberRole role = SubscriberRole.Reader)
    {
        _shared = shared;
        _number = number;
        Role = role;
        // No stamp names a bystander's topic: whatever it receives is not its own.
        _topic = role == SubscriberRole.Bystander ? -1 : number % shared.Logs.Length;
        Ledger = new SubscriberLedger(shared.Logs[number % shared.Logs.Length], shared.Publishers);
    }

    public SubscriberRole Role { get; }

    public SubscriberLedger Ledger { get; }

    public int Topic => _topic;

    /// <summary>Stopwatch ticks when its connect was called.</summary>
    public long ConnectingSince { get; set; }

    /// <summary>The response head has come, and says 200.</summary>
    public bool IsOpen => _headReader is null;

    /// <summary>Id of the last event, with which it comes back; empty when there was none, or ids are not kept.</summary>
    public string LastId
    {
        get => Encoding.UTF8.GetString(_lastId, 0, _lastIdLength);
        init => _lastIdLength = (_lastId = Encoding.UTF8.GetBytes(value)).Length;
    }

    public byte[] Request() => _shared.Request(
        Role == SubscriberRole.Bystander ? _shared.BystanderTopic(_number) : TopicName.Encoded(_shared.Run, _topic), LastId);

    /// <summary>Its connection is over, and the next one goes on from <see cref="LastId"/>. Between two events.</summary>
    public void ComeBack()
    {
        _isBack = true;
        _anyByte = false;
        _headReader = new HeadReader();
        _events = new SseReader();
        _chunks = null;
        _gzip?.Dispose();
        _gzip = null;
    }

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
            if (_shared.KeepsIds)
                Keep(value);
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
        if (_shared.OwnIds && id != OwnId.HashOf(_stamp))
            verdict = Verdict.OtherId;
        if (verdict != Verdict.Good)
            _shared.Faults.Add(verdict);
        if (Role == SubscriberRole.Reader && _shared.Window.Contains(_stamp.Ticks))
            _shared.Latencies.Record(_stamp.Ticks, _now);
        _shared.Delivered();
    }

    public void Dispose() => _gzip?.Dispose();

    private bool TryOpen(ref ReadOnlySpan<byte> bytes)
    {
        if (!_anyByte)
        {
            _anyByte = true;
            if (!_isBack)
                _shared.FirstBytes.Record(ConnectingSince, _now);
        }

        if (!_headReader!.TryRead(ref bytes, out var head))
            return false;
        if (head.Status != 200)
            throw new FormatException($"The hub answers a subscriber with status {head.Status}: {Encoding.UTF8.GetString(bytes)}");
        _headReader = null;
        _chunks = head.IsChunked ? new ChunkedReader() : null;
        _gzip = head.IsGzip ? new GzipDecoder() : null;
        return true;
    }

    private void Keep(ReadOnlySpan<byte> id)
    {
        if (id.Length > _lastId.Length)
            _lastId = new byte[id.Length];
        id.CopyTo(_lastId);
        _lastIdLength = id.Length;
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
