using System.Buffers;
using System.Globalization;

namespace Mercure.Bench;

/// <summary>Durations as the hub's own settings write them: <c>15s</c>, <c>500ms</c>, <c>1m30s</c>, <c>2h</c>.</summary>
internal static class Durations
{
    /// <summary>As with the hub, and as long as a timer takes.</summary>
    private static readonly TimeSpan Max = TimeSpan.FromHours(576);

    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789.");

    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = TimeSpan.Zero;
        var rest = text.AsSpan();
        while (!rest.IsEmpty)
        {
            var digits = rest.IndexOfAnyExcept(Digits);
            if (digits <= 0 || !double.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value))
                return false;
            rest = rest[digits..];
            var letters = rest.IndexOfAny(Digits) is >= 0 and var at ? at : rest.Length;
            if (Unit(rest[..letters]) is not { } unit)
                return false;
            if (value > (Max - duration) / unit)
                return false;
            duration += value * unit;
            rest = rest[letters..];
        }

        return text.Length > 0;
    }

    private static TimeSpan? Unit(ReadOnlySpan<char> unit) => unit switch
    {
        "ms" => TimeSpan.FromMilliseconds(1),
        "s" => TimeSpan.FromSeconds(1),
        "m" => TimeSpan.FromMinutes(1),
        "h" => TimeSpan.FromHours(1),
        _ => null,
    };
}
