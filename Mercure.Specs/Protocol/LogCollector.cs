using System.Collections.Concurrent;
using Mercure.Http.Hosting.Logging;
using Microsoft.Extensions.Logging;

namespace Mercure.Specs.Protocol;

/// <summary>Keeps what was logged, as text and its fields.</summary>
internal sealed class LogCollector : ILoggerProvider, ILogger
{
    public ConcurrentQueue<string> Lines { get; } = new();

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        var fields = LogFields.Of(state).Where(LogFields.IsShown).Select(static field => $" {field.Key}={field.Value}");
        Lines.Enqueue($"{formatter(state, exception)}{string.Concat(fields)}{(exception is null ? "" : $"\n{exception}")}");
    }

    public void Dispose()
    {
    }
}
