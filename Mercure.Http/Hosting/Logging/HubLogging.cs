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

        logging.SetMinimumLevel(settings.Debug ? LogLevel.Debug : LogLevel.Information);
        logging.AddFilter("Microsoft", LogLevel.Warning);
        // A failed start is told in one line by StartUp; this category would add a stack trace
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical);
        KestrelLog.AddFilters(logging);
        logging.AddFilter(AccessLog.Category, settings.AccessLog ? LogLevel.Information : LogLevel.None);
    }
}
