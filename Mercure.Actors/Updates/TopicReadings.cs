using System.Globalization;
using System.Text;

namespace Mercure.Actors.Updates;

/// <summary>What different readers may take a topic for: decoded not at all, once, twice or wholly; with characters that look like others.</summary>
internal static class TopicReadings
{
    /// <param name="topic">Stripped.</param>
    public static IEnumerable<string> Of(string topic)
    {
        var once = Strip(Uri.UnescapeDataString(topic));
        var twice = Strip(Uri.UnescapeDataString(once));
        return new[] { topic, once, twice, Strip(Unescape(twice)) }
            .Distinct(StringComparer.Ordinal)
            .SelectMany(static text => new[] { text, Fold(text) })
            .SelectMany(static text => new[] { text, text.Replace('\\', '/') })
            .Distinct(StringComparer.Ordinal);
    }

    /// <summary>Without what a URL parser drops: control characters, and spaces around (WHATWG URL, 4.4).</summary>
    public static string Strip(string text) =>
        (text.Any(char.IsControl) ? string.Concat(text.Where(static c => !char.IsControl(c))) : text).Trim(' ');

    /// <summary>Decoded until nothing is left to decode, in one pass: what comes out of an escape may be part of the next.</summary>
    public static string Unescape(string text)
    {
        if (!text.Contains('%', StringComparison.Ordinal))
            return text;

        var decoded = new char[text.Length];
        var length = 0;
        foreach (var character in text)
        {
            decoded[length++] = character;
            while (length >= 3 && IsAsciiEscape(decoded.AsSpan(length - 3, 3), out var meant))
            {
                length -= 2;
                decoded[length - 1] = meant;
            }
        }

        // What is left are bytes beyond ASCII, and what was none
        return Uri.UnescapeDataString(decoded.AsSpan(0, length));
    }

    private static bool IsAsciiEscape(ReadOnlySpan<char> text, out char meant)
    {
        var isEscape = text[0] == '%' && char.IsAsciiHexDigit(text[1]) && char.IsAsciiHexDigit(text[2]);
        meant = isEscape ? (char)byte.Parse(text[1..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture) : char.MaxValue;
        return char.IsAscii(meant);
    }

    /// <summary>
    /// Full-width forms, and other dots and slashes, as what they look like; without what can't be seen. Host names are read so
    /// (UTS 46), and some readers normalize whole URLs.
    /// </summary>
    public static string Fold(string text)
    {
        if (Ascii.IsValid(text))
            return text;

        var folded = new StringBuilder(text.Length);
        foreach (var character in text)
        {
            _ = character switch
            {
                >= '\uff01' and <= '\uff5e' => folded.Append((char)(character - 0xfee0)),
                '\u2024' or '\u3002' or '\ufe52' or '\uff61' => folded.Append('.'),
                '\u2025' => folded.Append(".."),
                '\u2044' or '\u2215' or '\u29f8' => folded.Append('/'),
                '\u2216' or '\u29f5' or '\ufe68' => folded.Append('\\'),
                '\ufe6a' => folded.Append('%'),
                '\u00ad' or (>= '\u200b' and <= '\u200f') or '\u2060' or '\ufeff' => folded,
                _ => folded.Append(character),
            };
        }

        return Unescape(folded.ToString());
    }
}
