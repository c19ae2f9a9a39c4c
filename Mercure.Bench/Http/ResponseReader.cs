using System.Text;

namespace Mercure.Bench.Http;

/// <summary>Reads whole short responses, one after the other, from a keep-alive connection.</summary>
internal sealed class ResponseReader
{
    private const int MaxBody = 4096;

    private readonly HeadReader _headReader = new();
    private readonly ChunkedReader _chunks = new();
    private readonly byte[] _body = new byte[MaxBody];
    private int _bodyLength;
    private long _left;
    private bool _headDone;

    public ResponseHead Head { get; private set; }

    public string Body => Encoding.UTF8.GetString(_body, 0, _bodyLength);

    /// <summary>
    /// True when the response is complete. Responses are read one at a time, so bytes after it are an error of the server.
    /// </summary>
    public bool Feed(ReadOnlySpan<byte> bytes)
    {
        if (!_headDone)
        {
            if (!_headReader.TryRead(ref bytes, out var head))
                return false;
            Head = head;
            _headDone = true;
            _left = head.Status is 204 or 304 ? 0 : Math.Max(0, head.Length);
            _bodyLength = 0;
            _chunks.Reset();
        }

        if (!(Head.IsChunked ? FeedChunks(bytes) : FeedPlain(bytes)))
            return false;
        _headDone = false;
        return true;
    }

    private bool FeedPlain(ReadOnlySpan<byte> bytes)
    {
        Keep(bytes);
        _left -= bytes.Length;
        return _left <= 0;
    }

    private bool FeedChunks(ReadOnlySpan<byte> bytes)
    {
        while (_chunks.TryRead(ref bytes, out var piece))
            Keep(piece);
        return _chunks.IsDone;
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        var length = Math.Min(bytes.Length, MaxBody - _bodyLength);
        bytes[..length].CopyTo(_body.AsSpan(_bodyLength));
        _bodyLength += length;
    }
}
