using System.Net;
using Mercure.Http.Hosting.Logging;
using Mercure.Http.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Mercure.Specs.Protocol;

/// <summary>Refusals are logged, but nobody can fill the log by asking for them (CWE-779).</summary>
public sealed class RefusalLogSpecs : IDisposable
{
    private readonly StoppedClock _clock = new();
    private readonly LogCollector _log = new();

    public void Dispose() => _log.Dispose();

    [Fact]
    public void Should_log_the_first_of_each_reason_and_count_the_others()
    {
        using var loggers = Loggers(LogLevel.Information);
        var refusals = new RefusalLog(loggers.CreateLogger("Specs"), _clock);
        for (var number = 0; number < 1_000; number++)
            refusals.RequestRejected(400, IPAddress.Loopback, "Malformed.");
        refusals.PublishRejected(Rejections.TopicMissing, new DefaultHttpContext());
        Assert.Equal(11, _log.Lines.Count);

        _clock.EndWindow();

        Assert.Equal(12, _log.Lines.Count);
        Assert.StartsWith("990 more refused in the last minute: Malformed.", _log.Lines.Last(), StringComparison.Ordinal);
        refusals.RequestRejected(400, IPAddress.Loopback, "Malformed.");
        Assert.StartsWith("Request refused (400) from 127.0.0.1: Malformed.", _log.Lines.Last(), StringComparison.Ordinal);
    }

    [Fact]
    public void Should_bound_reasons_that_are_different_each_time()
    {
        using var loggers = Loggers(LogLevel.Information);
        var refusals = new RefusalLog(loggers.CreateLogger("Specs"), _clock);
        for (var number = 0; number < 1_000; number++)
            refusals.RequestRejected(401, IPAddress.Loopback, $"The token expired at {number}.");

        _clock.EndWindow();

        Assert.Equal(111, _log.Lines.Count);
        Assert.StartsWith("890 more refused in the last minute: other reasons", _log.Lines.Last(), StringComparison.Ordinal);
    }

    [Fact]
    public void Should_log_all_of_them_in_debug_mode()
    {
        using var loggers = Loggers(LogLevel.Debug);
        var refusals = new RefusalLog(loggers.CreateLogger("Specs"), _clock);
        for (var number = 0; number < 100; number++)
            refusals.RequestRejected(400, IPAddress.Loopback, "Malformed.");

        Assert.Equal(100, _log.Lines.Count);
    }

    // Kestrel's own lines: a critical one for a flood of HTTP/2 frames, a warning for each connection beyond the limit
    [Theory]
    [InlineData("Microsoft.AspNetCore.Server.Kestrel.Http2", "Connection ended: its client broke a rule of HTTP/2 (Http2QueueOperationsExceeded).")]
    [InlineData("Microsoft.AspNetCore.Server.Kestrel.Connections", "Connection ended: there are as many as the limit of open files allows.")]
    public void Should_pass_on_what_the_server_says_of_connections_that_it_ends(string category, string line)
    {
        using var loggers = LoggerFactory.Create(logging =>
        {
            KestrelLog.AddFilters(logging);
            logging.AddProvider(_log);
        });
        loggers.AddProvider(new KestrelLog(new RefusalLog(loggers.CreateLogger("Mercure.Http"), _clock)));
        var kestrel = loggers.CreateLogger(category);
        var ended = new EventId(60, "Http2QueueOperationsExceeded");

        for (var number = 0; number < 100; number++)
        {
            kestrel.LogCritical(ended, "A connection exceeded the output operations maximum queue size.");
            kestrel.LogInformation("What happens all the time");
        }

        Assert.Equal(10, _log.Lines.Count(logged => logged.StartsWith(line, StringComparison.Ordinal)));
        Assert.Equal(10, _log.Lines.Count);
    }

    private ILoggerFactory Loggers(LogLevel level) => LoggerFactory.Create(logging => logging.SetMinimumLevel(level).AddProvider(_log));

    private sealed class StoppedClock : TimeProvider
    {
        private Action? _due;

        public void EndWindow() => _due!();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _due = () => callback(state);
            return new NoTimer();
        }

        private sealed class NoTimer : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
