using System.Globalization;

namespace Mercure.Http.Settings;

/// <summary>A number of bytes, bare or with a binary unit: <c>1048576</c>, <c>512KiB</c>, <c>1MiB</c>.</summary>
internal static class ByteSize
{
    public static bool TryParse(string text, out int bytes)
    {
        var (digits, shift) = text switch
        {
            _ when text.EndsWith("KiB", StringComparison.Ordinal) => (text[..^3], 10),
            _ when text.EndsWith("MiB", StringComparison.Ordinal) => (text[..^3], 20),
            _ => (text, 0),
        };
        bytes = 0;
        if (!int.TryParse(digits.AsSpan().TrimEnd(), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            || number > int.MaxValue >> shift)
            return false;
        bytes = number << shift;
        return true;
    }
}
