using System.Net;

namespace Mercure.Http.Protocol;

/// <summary>
/// Why requests were refused: the first few of each reason one by one, the others as a number, so that nobody can fill the log by
/// asking for what is refused (CWE-779). All of them one by one in debug mode. Tokens never come here, not even in part.
/// </summary>
internal sealed partial class RefusalLog(ILogger log, TimeProvider clock)
{
    /// <summary>Logged one by one of a reason, until this long after the first.</summary>
    private const int First = 10;

    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    /// <summary>Reasons that are told apart at a time; a few hold a number or a time of the request's.</summary>
    private const int Reasons = 100;

    private const string OtherReasons = "other reasons";

    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _counts = new(StringComparer.Ordinal);
    private ITimer? _timer;

    public void PublishRejected(Rejection rejection, HttpContext context)
    {
        if (IsOneOfTheFirst(rejection.Reason))
            PublishRejected(log, HttpReplies.StatusOf(rejection.Kind), context.Connection.RemoteIpAddress, rejection.Reason, rejection.Detail);
    }

    public void SubscribeRejected(Rejection rejection, HttpContext context)
    {
        if (IsOneOfTheFirst(rejection.Reason))
            SubscribeRejected(log, HttpReplies.StatusOf(rejection.Kind), context.Connection.RemoteIpAddress, rejection.Reason, rejection.Detail);
    }

    public void SubscriptionsRejected(Rejection rejection, HttpContext context)
    {
        if (IsOneOfTheFirst(rejection.Reason))
            SubscriptionsRejected(log, HttpReplies.StatusOf(rejection.Kind), context.Connection.RemoteIpAddress, rejection.Reason, rejection.Detail);
    }

    /// <summary>A request that never became one, or whose body can't be read.</summary>
    public void RequestRejected(int status, IPAddress? remote, string reason)
    {
        if (IsOneOfTheFirst(reason))
            RequestRejected(log, status, remote, reason);
    }

    /// <summary>A connection that the server ended.</summary>
    public void ConnectionEnded(string reason)
    {
        if (IsOneOfTheFirst(reason))
            ConnectionEnded(log, reason);
    }

    /// <summary>Counts it: whether it is one of those that are logged one by one.</summary>
    private bool IsOneOfTheFirst(string reason)
    {
        if (log.IsEnabled(LogLevel.Debug))
            return true;

        lock (_lock)
        {
            if (_counts.Count >= Reasons && !_counts.ContainsKey(reason))
                reason = OtherReasons;
            _timer ??= clock.CreateTimer(static log => ((RefusalLog)log!).EndWindow(), this, Window, Timeout.InfiniteTimeSpan);
            var count = _counts[reason] = _counts.GetValueOrDefault(reason) + 1;
            return count <= First;
        }
    }

    private void EndWindow()
    {
        List<KeyValuePair<string, int>> counts;
        lock (_lock)
        {
            counts = [.. _counts];
            _counts.Clear();
            _timer?.Dispose();
            _timer = null;
        }

        foreach (var (reason, count) in counts.Where(static counted => counted.Value > First))
            MoreRejected(log, count - First, reason);
    }

    [LoggerMessage(201, LogLevel.Information, "Publish refused ({Status}) from {Remote}: {Reason}")]
    private static partial void PublishRejected(ILogger log, int status, IPAddress? remote, string reason, string? detail);

    [LoggerMessage(202, LogLevel.Information, "Subscription refused ({Status}) from {Remote}: {Reason}")]
    private static partial void SubscribeRejected(ILogger log, int status, IPAddress? remote, string reason, string? detail);

    [LoggerMessage(203, LogLevel.Information, "List of subscriptions refused ({Status}) from {Remote}: {Reason}")]
    private static partial void SubscriptionsRejected(ILogger log, int status, IPAddress? remote, string reason, string? detail);

    [LoggerMessage(204, LogLevel.Information, "Request refused ({Status}) from {Remote}: {Reason}")]
    private static partial void RequestRejected(ILogger log, int status, IPAddress? remote, string reason);

    [LoggerMessage(205, LogLevel.Information, "Connection ended: {Reason}")]
    private static partial void ConnectionEnded(ILogger log, string reason);

    [LoggerMessage(206, LogLevel.Information, "{Count} more refused in the last minute: {Reason}")]
    private static partial void MoreRejected(ILogger log, int count, string reason);
}
