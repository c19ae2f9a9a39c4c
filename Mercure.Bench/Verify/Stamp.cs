using System.Buffers.Text;
using System.Runtime.InteropServices;

namespace Mercure.Bench.Verify;

/// <summary>
/// What each payload says about itself, in a fixed number of bytes that a form need not escape:
/// <c>mb1.RUN.PUBLISHER.TOPIC.SEQUENCE.TICKS.xxx…</c> (hexadecimal), padded to the payload's size.
/// </summary>
/// <param name="Run">Tells this run's updates from those of another.</param>
/// <param name="Publisher">Number of the publisher, from 0.</param>
/// <param name="Topic">Number of the topic, from 0.</param>
/// <param name="Sequence">Counts the publisher's updates to this topic, from 0.</param>
/// <param name="Ticks">Stopwatch ticks at the (intended) time of sending.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Stamp(uint Run, int Publisher, int Topic, uint Sequence, long Ticks)
{
    /// <summary>The smallest payload that holds a stamp.</summary>
    public const int Size = 51;

    private const int RunAt = 4;
    private const int PublisherAt = 13;
    private const int TopicAt = 18;
    private const int SequenceAt = 25;
    private const int TicksAt = 34;

    /// <summary>The key of the update within its topic.</summary>
    public ulong Key => ((ulong)(uint)Publisher << 32) | Sequence;

    /// <summary>Fills all of <paramref name="payload"/>.</summary>
    public void WriteTo(Span<byte> payload)
    {
        payload[..Size].Fill((byte)'.');
        payload[Size..].Fill((byte)'x');
        "mb1"u8.CopyTo(payload);
        WriteHex(payload.Slice(RunAt, 8), Run);
        WriteHex(payload.Slice(PublisherAt, 4), (uint)Publisher);
        WriteHex(payload.Slice(TopicAt, 6), (uint)Topic);
        WriteHex(payload.Slice(SequenceAt, 8), Sequence);
        WriteHex(payload.Slice(TicksAt, 16), (ulong)Ticks);
    }

    public static bool TryRead(ReadOnlySpan<byte> payload, out Stamp stamp)
    {
        stamp = default;
        if (payload.Length < Size || !payload.StartsWith("mb1."u8)
            || !Utf8Parser.TryParse(payload.Slice(RunAt, 8), out uint run, out var read, 'x') || read != 8
            || !Utf8Parser.TryParse(payload.Slice(PublisherAt, 4), out ushort publisher, out read, 'x') || read != 4
            || !Utf8Parser.TryParse(payload.Slice(TopicAt, 6), out uint topic, out read, 'x') || read != 6
            || !Utf8Parser.TryParse(payload.Slice(SequenceAt, 8), out uint sequence, out read, 'x') || read != 8
            || !Utf8Parser.TryParse(payload.Slice(TicksAt, 16), out long ticks, out read, 'x') || read != 16)
            return false;
        stamp = new Stamp(run, publisher, (int)topic, sequence, ticks);
        return true;
    }

    private static void WriteHex(Span<byte> destination, ulong value)
    {
        for (var i = destination.Length - 1; i >= 0; i--, value >>= 4)
            destination[i] = "0123456789abcdef"u8[(int)(value & 0xf)];
    }
}
