using Mercure.Actors.Updates;

namespace Mercure.Http.Streams;

internal static class Bytes
{
    /// <summary>What the frames hold, one after the other.</summary>
    public static byte[] Join(IReadOnlyList<Frame> frames)
    {
        var length = 0;
        for (var index = 0; index < frames.Count; index++)
        {
            length = checked(length + frames[index].Bytes.Length);
        }

        var joined = GC.AllocateUninitializedArray<byte>(length);
        var rest = joined.AsSpan();
        for (var index = 0; index < frames.Count; index++)
        {
            frames[index].Bytes.Span.CopyTo(rest);
            rest = rest[frames[index].Bytes.Length..];
        }

        return joined;
    }
}
