using System.Text.Encodings.Web;
using System.Text.Json;
using Mercure.Actors;
using Mercure.Http.Settings;

namespace Mercure.Http.Hosting;

/// <summary>
/// <c>GET /healthz/ready</c>, and <c>/healthz</c>, which means the same: whether a publish would succeed, and the hub is not about to stop.
/// A check writes to the journal, so its result serves everyone who asks within a second, and those who ask meanwhile wait for the same
/// one. <c>GET /healthz/live</c>: the process answers. A restart would change nothing of what makes it unready.
/// </summary>
internal sealed class HealthEndpoint(IHub hub, HubSettings settings, TimeProvider clock, ILogger<HealthEndpoint> log)
{
    public const string Path = "/healthz";

    private const string ReadyPath = Path + "/ready";
    private const string LivePath = Path + "/live";

    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(1);
    private static readonly byte[] Healthy = [.. """{"status":"ok"}"""u8, (byte)'\n'];

    private readonly Lock _lock = new();
    private Check? _latest;
    private string? _stopping;
    private string? _logged;

    public static bool Claims(string? path) => path is Path or ReadyPath or LivePath;

    public async Task AnswerAsync(HttpContext context)
    {
        var reason = context.Request.Path.Value == LivePath ? null : await CurrentAsync();
        context.Response.Headers.CacheControl = "no-store";
        if (reason is not null)
            context.Response.Headers.RetryAfter = "1";
        await PlainText.AnswerAsync(
            context,
            reason is null ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable,
            "application/json",
            reason is null ? Healthy : Unhealthy(reason));
    }

    private static byte[] Unhealthy(string reason) =>
        [.. """{"status":"unavailable","reason":"""u8, (byte)'"', .. JsonEncodedText.Encode(reason, JavaScriptEncoder.Default).EncodedUtf8Bytes, .. "\"}\n"u8];

    /// <summary>The node is about to stop: whoever sends requests here is told in time, though they still succeed.</summary>
    public void Stopping()
    {
        lock (_lock)
            _stopping = "the hub is stopping";
    }

    /// <summary>Why a publish would not succeed; null when it would.</summary>
    public Task<string?> CurrentAsync()
    {
        lock (_lock)
        {
            if (_stopping is not null)
                return Task.FromResult<string?>(_stopping);
            if (_latest is null || (_latest.Reason.IsCompleted && clock.GetElapsedTime(_latest.StartedAt) >= Lifetime))
                _latest = new Check(clock.GetTimestamp(), AskAsync());
            return _latest.Reason;
        }
    }

    /// <summary>No answer within the time that a publisher waits is the answer that a publish would fail.</summary>
    private async Task<string?> AskAsync()
    {
        try
        {
            var health = await hub.CheckHealthAsync().WaitAsync(settings.Publish.Timeout, clock);
            LogCause(health);
            return health.Reason;
        }
        catch (TimeoutException)
        {
            return "the hub does not answer";
        }
    }

    /// <summary>Once until it changes: the answer does not say it, since strangers get it too.</summary>
    private void LogCause(HubHealth health)
    {
        var cause = health.Cause?.Message.ReplaceLineEndings(" ");
        if (cause is not null && cause != _logged)
            HostLog.Unhealthy(log, health.Reason!, cause);
        _logged = cause;
    }

    private sealed record Check(long StartedAt, Task<string?> Reason);
}
