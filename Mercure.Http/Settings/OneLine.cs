using System.Text;

namespace Mercure.Http.Settings;

/// <summary>Text that was found somewhere, made fit for one line of a terminal.</summary>
internal static class OneLine
{
    private const int Limit = 200;

    public static string Of(string text)
    {
        var line = new StringBuilder(Math.Min(text.Length, Limit));
        foreach (var c in text)
        {
            if (line.Length == Limit)
                return line.Append('…').ToString();
            line.Append(char.IsControl(c) ? ' ' : c);
        }

        return line.ToString();
    }

    /// <summary>A text of any length that somebody's words are part of.</summary>
    public static string Whole(string text) => string.Concat(text.Select(static c => char.IsControl(c) ? ' ' : c));
}
