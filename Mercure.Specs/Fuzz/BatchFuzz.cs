using Google.Protobuf;
using Mercure.Actors.Serialization;
using Xunit;

namespace Mercure.Specs.Fuzz;

/// <summary>A row of the journal: unreadable, or the same after it is written and read again; and no more memory than its bytes explain.</summary>
internal static class BatchFuzz
{
    /// <summary>An entry of two bytes becomes an update with its lists.</summary>
    private const long BytesPerByte = 256;
    private const long Fixed = 16 << 10;

    public static void Fuzz(ReadOnlySpan<byte> input)
    {
        var bytes = input.ToArray();
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            var batch = JournalCodec.DecodeBatch(bytes);
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, Fixed + (BytesPerByte * bytes.Length));
            var written = JournalCodec.Encode(batch);
            Assert.Equal(written, JournalCodec.Encode(JournalCodec.DecodeBatch(written)));
        }
        catch (Exception unreadable) when (unreadable is InvalidProtocolBufferException or InvalidDataException)
        {
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, Fixed + (BytesPerByte * bytes.Length));
        }
    }
}
