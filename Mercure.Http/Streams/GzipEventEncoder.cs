using System.Buffers.Binary;
using Mercure.Actors.Updates;

namespace Mercure.Http.Streams;

/// <summary>
/// Events in gzip (RFC 1952), compressed once per update and not once per subscriber: a stream is a head, any sequence of
/// shared frames, and a trailer whose checksum and length come from those of its frames. What a connection keeps of it is
/// one number.
/// </summary>
internal sealed class GzipEventEncoder : IFrameEncoder
{
    public Frame Opening { get; } = Of(
        EventText.Comment,
        // Magic number, deflate, no flags, no time, no hint, unknown system (RFC 1952, section 2.3)
        [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF, .. Deflate.Encode(EventText.Comment)]);

    public Frame Heartbeat { get; } = Of(EventText.Comment, Deflate.Encode(EventText.Comment));

    public Frame Encode(StoredUpdate update)
    {
        var text = EventText.Of(update);
        return Of(text, Deflate.Encode(text));
    }

    public Frame Concatenate(IReadOnlyList<Frame> frames)
    {
        var length = 0;
        uint crc = 0;
        var shift = Crc32.One;
        for (var index = 0; index < frames.Count; index++)
        {
            var frame = frames[index];
            length = checked(length + frame.PlainLength);
            crc = Crc32.Combine(crc, frame.PlainCrc, frame.CrcShift);
            shift = Crc32.Multiply(shift, frame.CrcShift);
        }

        return new Frame(Bytes.Join(frames), length, crc, shift);
    }

    /// <summary>The state is the checksum in the upper half, the length modulo 2^32 in the lower, as the trailer has them.</summary>
    public ulong Advance(ulong state, Frame frame)
    {
        var crc = Crc32.Combine((uint)(state >> 32), frame.PlainCrc, frame.CrcShift);
        var length = unchecked((uint)state + (uint)frame.PlainLength);
        return ((ulong)crc << 32) | length;
    }

    public ReadOnlyMemory<byte> Closing(ulong state)
    {
        // An empty last block with fixed codes, then the trailer
        var closing = new byte[10];
        closing[0] = 3;
        BinaryPrimitives.WriteUInt32LittleEndian(closing.AsSpan(2), (uint)(state >> 32));
        BinaryPrimitives.WriteUInt32LittleEndian(closing.AsSpan(6), (uint)state);
        return closing;
    }

    private static Frame Of(ReadOnlySpan<byte> text, byte[] encoded) =>
        new(encoded, text.Length, Crc32.Of(text), Crc32.Shift(text.Length));
}
