using System.Runtime.InteropServices;

namespace Mercure.Bench.Verify;

/// <summary>
/// 64 bits of an event's id, never zero: enough to notice an id that is given twice (one false alarm in some 10⁷ runs of a million
/// updates) at a few nanoseconds.
/// </summary>
internal static class IdHash
{
    private const ulong Prime = 0x9E3779B97F4A7C15;

    public static ulong Of(ReadOnlySpan<byte> id)
    {
        var hash = (ulong)id.Length * Prime;
        var words = MemoryMarshal.Cast<byte, ulong>(id);
        foreach (var word in words)
            hash = Mix(hash ^ word);
        foreach (var value in id[(words.Length * 8)..])
            hash = Mix(hash ^ value);
        return hash | 1;
    }

    private static ulong Mix(ulong value)
    {
        value *= Prime;
        return value ^ (value >> 29);
    }
}
