using Mercure.Http.Protocol;

namespace Mercure.Http.Hosting.Logging;

/// <summary>
/// What the HTTP server says of connections that it ends: a line for each, some of them critical, though all that happened is that a
/// client broke a limit. Passes them on to the <see cref="RefusalLog"/> instead, which counts them.
/// </summary>
internal sealed class KestrelLog(RefusalLog refusals) : ILoggerProvider
{
    private const string Kestrel = "Microsoft.AspNetCore.Server.Kestrel";
    private const string Http2 = Kestrel + ".Http2";
    private const string Connections = Kestrel + ".Connections";

    private const string TooManyConnections = "there are as many as the limit of open files allows.";

    /// <summary>Takes those categories from every other log.</summary>
    public static void AddFilters(ILoggingBuilder logging)
    {
        logging.AddFilter<KestrelLog>(category: null, LogLevel.None);
        foreach (var category in new[] { Http2, Connections })
        {
            logging.AddFilter(category, LogLevel.None);
            logging.AddFilter<KestrelLog>(category, LogLevel.Warning);
        }
    }

    public ILogger CreateLogger(string categoryName) => new Logger(refusals, categoryName == Connections);

    public void Dispose()
    {
    }

    private sealed class Logger(RefusalLog refusals, bool ofConnections) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        /// <summary>By the event's name: the text has the connection's id in it, so that no two were alike.</summary>
        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
                refusals.ConnectionEnded(ofConnections ? TooManyConnections : $"its client broke a rule of HTTP/2 ({eventId.Name}).");
        }
    }
}
