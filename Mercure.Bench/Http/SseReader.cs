namespace Mercure.Bench.Http;

/// <summary>What <see cref="SseReader"/> finds. The spans are valid during the call only.</summary>
internal interface ISseHandler
{
    void OnField(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value);

    /// <summary>A blank line: the fields since the last one are an event (also when there were none).</summary>
    void OnEvent();
}

/// <summary>
/// Server-Sent Events from pieces of any size (HTML Living Standard, section 9.2.6): lines end with LF, CR or CRLF; a line that
/// starts with a colon is a comment. Whole lines are handed on where they lie; only a line cut by the end of a piece is copied.
/// </summary>
internal sealed class SseReader
{
    private byte[] _carry = [];
    private int _carried;
    private bool _lastWasCr;
    private bool _begun;

    public void Feed<THandler>(ReadOnlySpan<byte> bytes, THandler handler)
        where THandler : ISseHandler
    {
        while (!bytes.IsEmpty)
        {
            if (_lastWasCr)
            {
                _lastWasCr = false;
                if (bytes[0] == '\n')
                {
                    bytes = bytes[1..];
                    continue;
                }
            }

            var end = bytes.IndexOfAny((byte)'\n', (byte)'\r');
            if (end < 0)
            {
                Carry(bytes);
                return;
            }

            _lastWasCr = bytes[end] == '\r';
            if (_carried == 0)
            {
                Line(bytes[..end], handler);
            }
            else
            {
                Carry(bytes[..end]);
                var line = _carry.AsSpan(0, _carried);
                _carried = 0;
                Line(line, handler);
            }

            bytes = bytes[(end + 1)..];
        }
    }

    private void Line<THandler>(ReadOnlySpan<byte> line, THandler handler)
        where THandler : ISseHandler
    {
        if (!_begun && line.StartsWith("\uFEFF"u8))
            line = line[3..];
        _begun = true;
        if (line.IsEmpty)
        {
            handler.OnEvent();
            return;
        }

        var colon = line.IndexOf((byte)':');
        if (colon == 0)
            return;
        if (colon < 0)
        {
            handler.OnField(line, default);
            return;
        }

        var value = line[(colon + 1)..];
        handler.OnField(line[..colon], !value.IsEmpty && value[0] == ' ' ? value[1..] : value);
    }

    private void Carry(ReadOnlySpan<byte> bytes)
    {
        if (_carried + bytes.Length > _carry.Length)
            Array.Resize(ref _carry, Math.Max(_carried + bytes.Length, _carry.Length * 2));
        bytes.CopyTo(_carry.AsSpan(_carried));
        _carried += bytes.Length;
    }
}
