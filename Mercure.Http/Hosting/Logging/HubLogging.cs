using Mercure.Http.Settings;
using Microsoft.Extensions.Logging.Console;

namespace Mercure.Http.Hosting.Logging;

/// <summary>
/// Logs to standard error, as the reference does. The console's writer has a queue of its own: a reader of our output that
/// stalls costs lines, and never holds up the hub.
/// </summary>
internal static class HubLogging
{
    public static void AddHubLogging(this ILoggingBuilder logging, HubSettings settings)
    {
        logging.Services.AddSingleton<ConsoleFormatter>(services =>
        {
            var clock = services.GetRequiredService<TimeProvider>();
            return settings.LogFormat switch
            {
                LogFormat.Json => JsonFormatter.Json(clock),
                LogFormat.Fluentd => JsonFormatter.Fluentd(clock),
                _ => new TextFormatter(clock),
            };
        });
        logging.AddConsole(console =>
        {
            console.FormatterName = settings.LogFormat.ToString().ToUpperInvariant();
            console.LogToStandardErrorThreshold = LogLevel.Trace;
            console.QueueFullMode = ConsoleLoggerQueueFullMode.DropWrite;
        });

        logging.AddLevels(settings.LogLevels);
        KestrelLog.AddFilters(logging);
        logging.AddFilter(AccessLog.Category, settings.AccessLog ? LogLevel.Information : LogLevel.None);
    }

    /// <summary>A category's area is that of its longest prefix here.</summary>
    private static void AddLevels(this ILoggingBuilder logging, LogLevels levels)
    {
        logging.SetMinimumLevel(levels.Level);
        foreach (var (category, area) in LogCategories.Areas)
            logging.AddFilter(category, levels.Of(area));
        // Never less: at Information, ASP.NET Core logs URLs whole, with the token that may be in them
        logging.AddFilter("Microsoft", AtLeast(LogLevel.Warning, levels.Of(LogArea.Http)));
        // A failed start is told in one line by StartUp; this category would add a stack trace
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", AtLeast(LogLevel.Critical, levels.Of(LogArea.Http)));
        // A line for each connection beyond the limit would let whoever opens them fill the log
        logging.AddFilter("Microsoft.AspNetCore.Server.Kestrel.Connections", AtLeast(LogLevel.Error, levels.Of(LogArea.Http)));
    }

    private static LogLevel AtLeast(LogLevel least, LogLevel level) => level > least ? level : least;
}
