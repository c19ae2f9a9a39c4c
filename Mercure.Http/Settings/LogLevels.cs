namespace Mercure.Http.Settings;

/// <summary>A part of the hub whose lines may have a level of their own.</summary>
public enum LogArea
{
    /// <summary>Listener, requests and their refusals.</summary>
    Http,

    /// <summary>Keys and key sets.</summary>
    Tokens,

    /// <summary>Streams, publishing, presence.</summary>
    Actors,

    /// <summary>The log: its writer, its readers and the database.</summary>
    Journal,

    /// <summary>Members, remoting, management.</summary>
    Cluster,
}

/// <summary>From which level on lines are logged.</summary>
/// <param name="Level">Where nothing else is said.</param>
/// <param name="Areas">What is said for some areas.</param>
public sealed record LogLevels(LogLevel Level, IReadOnlyDictionary<LogArea, LogLevel> Areas)
{
    private const string AcceptedLevels = "trace, debug, info, warning, error, critical, none";

    public static LogLevels Default { get; } = new(LogLevel.Information, new Dictionary<LogArea, LogLevel>());

    public LogLevel Of(LogArea area) => Areas.TryGetValue(area, out var level) ? level : Level;

    /// <param name="reader">Where the settings are.</param>
    /// <param name="debug">The default is debug then.</param>
    internal static LogLevels Read(SettingsReader reader, bool debug)
    {
        var level = reader.Parse<LogLevel>("mercure.log-level", TryParseLevel, AcceptedLevels);
        var areas = reader.List<(LogArea Area, LogLevel Level)>(
            "mercure.log-levels",
            TryParseArea,
            $"an area and its level such as journal=debug; areas are {string.Join(", ", Enum.GetNames<LogArea>()).ToLowerInvariant()}, levels {AcceptedLevels}");
        return new LogLevels(
            debug && reader.Find("mercure.log-level").IsDefault ? LogLevel.Debug : level,
            // The last one counts, as with options of a command
            areas.GroupBy(static one => one.Area).ToDictionary(static area => area.Key, static area => area.Last().Level));
    }

    private static bool TryParseArea(string text, out (LogArea Area, LogLevel Level) area)
    {
        area = default;
        return text.Split(['=', ':'], 2) is [var name, var level]
            && name.All(char.IsAsciiLetter) && Enum.TryParse(name, ignoreCase: true, out area.Area) && TryParseLevel(level, out area.Level);
    }

    /// <summary>By the names of this host's levels, and by those that other programs use.</summary>
    private static bool TryParseLevel(string text, out LogLevel level)
    {
        LogLevel? parsed = text.ToUpperInvariant() switch
        {
            "TRACE" or "ALL" => LogLevel.Trace,
            "DEBUG" or "VERBOSE" => LogLevel.Debug,
            "INFO" or "INFORMATION" or "NOTICE" => LogLevel.Information,
            "WARN" or "WARNING" => LogLevel.Warning,
            "ERROR" => LogLevel.Error,
            "CRITICAL" or "FATAL" or "PANIC" or "ALERT" or "EMERGENCY" => LogLevel.Critical,
            "NONE" or "OFF" or "SILENT" => LogLevel.None,
            _ => null,
        };
        level = parsed ?? default;
        return parsed is not null;
    }
}
