using System.Globalization;

namespace Mercure.Bench.Verify;

/// <summary>An update's id where publishers give their own: follows from its stamp, so that whoever receives it can tell.</summary>
internal static class OwnId
{
    /// <summary>All have the same length.</summary>
    public const int Size = 39;

    /// <summary>ASCII that a form need not escape.</summary>
    public static void WriteTo(Span<byte> id, Stamp stamp) => System.Text.Encoding.ASCII.GetBytes(
        string.Create(CultureInfo.InvariantCulture, $"urn:bench:{stamp.Run:x8}:{stamp.Publisher:x4}:{stamp.Topic:x6}:{stamp.Sequence:x8}"), id);

    public static ulong HashOf(Stamp stamp)
    {
        Span<byte> id = stackalloc byte[Size];
        WriteTo(id, stamp);
        return IdHash.Of(id);
    }
}
