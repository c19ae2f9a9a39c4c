namespace Mercure.Bench.Http;

/// <summary>
/// Removes chunked framing (RFC 9112, section 7.1) from a body that arrives in pieces of any size: a boundary of the network
/// may fall between any two bytes, so the state is one of the framing's positions, never "so many bytes are there".
/// </summary>
internal sealed class ChunkedReader
{
    private State _state = State.Size;
    private long _left;
    private bool _anyDigit;

    /// <summary>The last chunk and its trailer have been read; what follows belongs to the next response.</summary>
    public bool IsDone => _state == State.Done;

    /// <summary>
    /// Takes framing off the front of <paramref name="input"/> and yields the next run of body bytes, which is a part of it.
    /// False: the input is used up, or the body is over.
    /// </summary>
    /// <exception cref="FormatException">The bytes are not chunked framing.</exception>
    public bool TryRead(ref ReadOnlySpan<byte> input, out ReadOnlySpan<byte> body)
    {
        while (!input.IsEmpty && _state != State.Done)
        {
            if (_state == State.Data)
            {
                var length = (int)Math.Min(_left, input.Length);
                body = input[..length];
                input = input[length..];
                _left -= length;
                if (_left == 0)
                    _state = State.AfterData;
                return true;
            }

            Step(input[0]);
            input = input[1..];
        }

        body = default;
        return false;
    }

    public void Reset()
    {
        _state = State.Size;
        _left = 0;
        _anyDigit = false;
    }

    private void Step(byte value) => _state = _state switch
    {
        State.Size => Size(value),
        State.Extension => value == '\n' ? EndOfSize() : State.Extension,
        State.AfterData => value == '\r' ? State.AfterDataCr : value == '\n' ? State.Size : throw Malformed(value),
        State.AfterDataCr => value == '\n' ? State.Size : throw Malformed(value),
        State.TrailerStart => value == '\n' ? State.Done : value == '\r' ? State.TrailerStart : State.Trailer,
        State.Trailer => value == '\n' ? State.TrailerStart : State.Trailer,
        _ => throw new InvalidOperationException($"No framing is read in state {_state}."),
    };

    private State Size(byte value)
    {
        switch (value)
        {
            case (byte)'\n':
                return EndOfSize();
            case (byte)'\r' or (byte)' ' or (byte)'\t' or (byte)';':
                return State.Extension;
            default:
                if (!char.IsAsciiHexDigit((char)value) || _left > (long.MaxValue >> 4))
                    throw Malformed(value);
                // 'A' and 'a' both end in 0001; a digit's value is its low four bits
                _left = (_left << 4) | (long)((value & 0xf) + (value > '9' ? 9 : 0));
                _anyDigit = true;
                return State.Size;
        }
    }

    private State EndOfSize()
    {
        if (!_anyDigit)
            throw new FormatException("A chunk without a size.");
        _anyDigit = false;
        return _left == 0 ? State.TrailerStart : State.Data;
    }

    private static FormatException Malformed(byte value) => new($"Byte 0x{value:x2} has no place in chunked framing.");

    private enum State
    {
        Size,
        Extension,
        Data,
        AfterData,
        AfterDataCr,
        TrailerStart,
        Trailer,
        Done,
    }
}
