namespace Mercure.Specs.Bench;

/// <summary>Cuts bytes the way a network may: anywhere.</summary>
internal static class Pieces
{
    public static IEnumerable<byte[]> Cut(byte[] bytes, IEnumerable<int> sizes)
    {
        var start = 0;
        foreach (var size in sizes)
        {
            var length = Math.Min(Math.Abs(size % 64), bytes.Length - start);
            yield return bytes[start..(start + length)];
            start += length;
        }

        yield return bytes[start..];
    }

    public static IEnumerable<byte[]> Single(byte[] bytes) => bytes.Select(b => new[] { b });
}
