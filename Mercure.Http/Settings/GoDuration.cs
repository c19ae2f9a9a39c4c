using System.Buffers;
using System.Globalization;

namespace Mercure.Http.Settings;

/// <summary>Durations as Go writes them (<c>15s</c>, <c>1h30m</c>, <c>1.5h</c>), none of them negative.</summary>
internal static class GoDuration
{
    /// <summary>A timer takes no more than 2^31 - 1 ms.</summary>
    public static readonly TimeSpan Max = TimeSpan.FromHours(576);

    private static readonly SearchValues<char> NumberCharacters = SearchValues.Create("0123456789.");

    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = TimeSpan.Zero;
        var rest = text.AsSpan();
        if (rest is "0")
            return true;
        if (rest.IsEmpty)
            return false;

        decimal ticks = 0;
        while (!rest.IsEmpty)
        {
            if (!TryTakeNumber(ref rest, out var number) || !TryTakeUnit(ref rest, out var unit) || number > Max.Ticks)
                return false;
            ticks += number * unit;
            if (ticks > Max.Ticks)
                return false;
        }

        duration = TimeSpan.FromTicks((long)ticks);
        return true;
    }

    private static bool TryTakeNumber(ref ReadOnlySpan<char> rest, out decimal number)
    {
        var length = rest.IndexOfAnyExcept(NumberCharacters);
        number = 0;
        if (length <= 0 || !decimal.TryParse(rest[..length], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number))
            return false;
        rest = rest[length..];
        return true;
    }

    private static bool TryTakeUnit(ref ReadOnlySpan<char> rest, out decimal ticks)
    {
        var length = rest.IndexOfAny(NumberCharacters);
        var unit = length < 0 ? rest : rest[..length];
        rest = rest[unit.Length..];
        ticks = unit switch
        {
            "ns" => 0.01m,
            "us" or "µs" or "μs" => TimeSpan.TicksPerMicrosecond,
            "ms" => TimeSpan.TicksPerMillisecond,
            "s" => TimeSpan.TicksPerSecond,
            "m" => TimeSpan.TicksPerMinute,
            "h" => TimeSpan.TicksPerHour,
            _ => 0,
        };
        return ticks > 0;
    }
}
