namespace Mercure.Http.Hosting.Logging;

/// <summary>
/// One line for each finished request. Never the query or a header: either may hold a token. The path is percent-encoded: a space or
/// a quote in it would forge the fields behind it (CWE-117).
/// </summary>
internal sealed partial class AccessLog(ILoggerFactory loggers, TimeProvider clock)
{
    public const string Category = "Mercure.Http.Access";

    private readonly ILogger _log = loggers.CreateLogger(Category);

    public bool IsEnabled => _log.IsEnabled(LogLevel.Information);

    public async Task FollowAsync(HttpContext context, RequestDelegate next)
    {
        var started = clock.GetTimestamp();
        try
        {
            await next(context);
        }
        finally
        {
            var request = context.Request;
            Finished(
                request.Method,
                request.Path.ToUriComponent(),
                context.Response.StatusCode,
                (long)clock.GetElapsedTime(started).TotalMilliseconds,
                context.Connection.RemoteIpAddress?.ToString(),
                request.Protocol);
        }
    }

    [LoggerMessage(1, LogLevel.Information, "{Method} {Path} {Status}")]
    private partial void Finished(string method, string? path, int status, long durationMs, string? remoteAddr, string protocol);
}
