using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Mercure.Bench.Http;
using Xunit;

namespace Mercure.Specs.Soak;

/// <summary>One connection, read as fast or as slowly as one wants, taken apart by the load tester's readers.</summary>
internal sealed class SoakStream : ISseHandler, IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly Action<string, string> _receive;
    private readonly HeadReader _head = new();
    private readonly ChunkedReader _chunks = new();
    private readonly SseReader _events = new();
    private readonly byte[] _buffer = new byte[16 * 1024];
    private readonly byte[] _decoded = new byte[16 * 1024];
    private GzipDecoder? _gzip;
    private bool _isOpen;
    private string _id = "";
    private string _data = "";

    private SoakStream(Action<string, string> receive) => _receive = receive;

    /// <summary>Completes with the response head.</summary>
    /// <param name="hub">URL of the hub.</param>
    /// <param name="topic">A topic or template.</param>
    /// <param name="lastEventId">Null for none.</param>
    /// <param name="gzip">Whether it accepts compression.</param>
    /// <param name="receive">Called with each event's id and data.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<SoakStream> OpenAsync(
        Uri hub, string topic, string? lastEventId, bool gzip, Action<string, string> receive, CancellationToken cancellation)
    {
        var stream = new SoakStream(receive);
        try
        {
            // What the kernel holds for one that does not read is little.
            stream._socket.ReceiveBufferSize = 16 * 1024;
            await stream._socket.ConnectAsync(IPAddress.Loopback, hub.Port, cancellation);
            var request = $"GET {hub.AbsolutePath}?topic={Uri.EscapeDataString(topic)} HTTP/1.1\r\nHost: {hub.Authority}\r\n"
                + (lastEventId is null ? "" : $"Last-Event-ID: {lastEventId}\r\n") + (gzip ? "Accept-Encoding: gzip\r\n" : "") + "\r\n";
            await stream._socket.SendAsync(Encoding.ASCII.GetBytes(request), cancellation);
            while (!stream._isOpen)
                Assert.True(await stream.ReadAsync(stream._buffer.Length, cancellation), "The hub closed a connection without an answer.");
            return stream;
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>What has come; false when the hub has ended the stream.</summary>
    public async Task<bool> ReadAsync(int atMost, CancellationToken cancellation)
    {
        var length = await _socket.ReceiveAsync(_buffer.AsMemory(0, atMost), cancellation);
        Consume(_buffer.AsSpan(0, length));
        return length > 0 && !_chunks.IsDone;
    }

    /// <summary>Resets the connection when it is disposed of, as what dies does.</summary>
    public void Die() => _socket.LingerState = new LingerOption(enable: true, seconds: 0);

    public void OnField(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (name.SequenceEqual("id"u8))
            _id = Encoding.UTF8.GetString(value);
        else if (name.SequenceEqual("data"u8))
            _data = Encoding.UTF8.GetString(value);
    }

    public void OnEvent()
    {
        if (_data.Length > 0)
            _receive(_id, _data);
        _data = "";
    }

    public void Dispose()
    {
        _socket.Dispose();
        _gzip?.Dispose();
    }

    private void Consume(ReadOnlySpan<byte> bytes)
    {
        if (!_isOpen)
        {
            if (!_head.TryRead(ref bytes, out var head))
                return;
            Assert.True(head is { Status: 200, IsChunked: true }, string.Create(CultureInfo.InvariantCulture, $"A subscriber was answered {head.Status}."));
            _gzip = head.IsGzip ? new GzipDecoder() : null;
            _isOpen = true;
        }

        while (_chunks.TryRead(ref bytes, out var piece))
            Body(piece);
    }

    private void Body(ReadOnlySpan<byte> piece)
    {
        if (_gzip is null)
        {
            _events.Feed(piece, this);
            return;
        }

        _gzip.Feed(piece);
        for (int read; (read = _gzip.Read(_decoded)) > 0;)
            _events.Feed(_decoded.AsSpan(0, read), this);
    }
}
