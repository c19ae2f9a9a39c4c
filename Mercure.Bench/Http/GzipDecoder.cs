using System.IO.Compression;

namespace Mercure.Bench.Http;

/// <summary>
/// Decodes a gzip body as it arrives. The library only pulls, so it pulls from a source that answers "nothing more" at the end
/// of each piece and goes on with the next; it keeps its state over that. Costs zlib's window and buffers, tens of KB, a connection.
/// </summary>
internal sealed class GzipDecoder : IDisposable
{
    private readonly PieceStream _source = new();
    private readonly GZipStream _gzip;

    public GzipDecoder() => _gzip = new GZipStream(_source, CompressionMode.Decompress);

    public void Feed(ReadOnlySpan<byte> compressed) => _source.Append(compressed);

    /// <summary>Zero: nothing more until the next piece.</summary>
    public int Read(Span<byte> decoded) => _gzip.Read(decoded);

    public void Dispose() => _gzip.Dispose();

    private sealed class PieceStream : Stream
    {
        private byte[] _bytes = new byte[512];
        private int _start;
        private int _end;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public void Append(ReadOnlySpan<byte> bytes)
        {
            if (_start == _end)
                _start = _end = 0;
            if (_end + bytes.Length > _bytes.Length)
                Array.Resize(ref _bytes, Math.Max(_end + bytes.Length, _bytes.Length * 2));
            bytes.CopyTo(_bytes.AsSpan(_end));
            _end += bytes.Length;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            var length = Math.Min(buffer.Length, _end - _start);
            _bytes.AsSpan(_start, length).CopyTo(buffer);
            _start += length;
            return length;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
