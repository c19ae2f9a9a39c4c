namespace Mercure.Bench.Http;

/// <summary>Gathers a response's head from pieces of any size.</summary>
internal sealed class HeadReader
{
    private const int MaxHead = 32 * 1024;

    private byte[] _bytes = [];
    private int _count;

    /// <summary>Takes the head off the front of <paramref name="input"/>; false while its end has not come.</summary>
    /// <exception cref="FormatException">Not an HTTP/1.x response, or a head over 32 KiB.</exception>
    public bool TryRead(ref ReadOnlySpan<byte> input, out ResponseHead head)
    {
        if (_count == 0)
        {
            var end = input.IndexOf("\r\n\r\n"u8);
            if (end >= 0)
            {
                head = ResponseHead.Parse(input[..end]);
                input = input[(end + 4)..];
                return true;
            }
        }

        return TryReadCarried(ref input, out head);
    }

    private bool TryReadCarried(ref ReadOnlySpan<byte> input, out ResponseHead head)
    {
        var before = _count;
        if (before + input.Length > _bytes.Length)
            Array.Resize(ref _bytes, Math.Max(before + input.Length, 512));
        input.CopyTo(_bytes.AsSpan(before));
        _count += input.Length;

        // The four bytes may be cut anywhere: look again at the last three of what was there
        var from = Math.Max(0, before - 3);
        var end = _bytes.AsSpan(from, _count - from).IndexOf("\r\n\r\n"u8);
        if (end < 0)
        {
            if (_count > MaxHead)
                throw new FormatException("The head of the response is over 32 KiB.");
            head = default;
            input = default;
            return false;
        }

        head = ResponseHead.Parse(_bytes.AsSpan(0, from + end));
        input = input[(from + end + 4 - before)..];
        _bytes = [];
        _count = 0;
        return true;
    }
}
