using System.Net;

namespace Mercure.Http.Protocol;

/// <summary>Why requests were refused. Tokens never come here, not even in part.</summary>
internal static partial class ProtocolLog
{
    public static void PublishRejected(this ILogger log, Rejection rejection, HttpContext context) =>
        log.PublishRejected(
            HttpReplies.StatusOf(rejection.Kind), context.Connection.RemoteIpAddress, rejection.Reason, rejection.Detail);

    public static void SubscribeRejected(this ILogger log, Rejection rejection, HttpContext context) =>
        log.SubscribeRejected(
            HttpReplies.StatusOf(rejection.Kind), context.Connection.RemoteIpAddress, rejection.Reason, rejection.Detail);

    public static void SubscriptionsRejected(this ILogger log, Rejection rejection, HttpContext context) =>
        log.SubscriptionsRejected(
            HttpReplies.StatusOf(rejection.Kind), context.Connection.RemoteIpAddress, rejection.Reason, rejection.Detail);

    [LoggerMessage(201, LogLevel.Information, "Publish refused ({Status}) from {Remote}: {Reason}")]
    private static partial void PublishRejected(this ILogger log, int status, IPAddress? remote, string reason, string? detail);

    [LoggerMessage(202, LogLevel.Information, "Subscription refused ({Status}) from {Remote}: {Reason}")]
    private static partial void SubscribeRejected(this ILogger log, int status, IPAddress? remote, string reason, string? detail);

    [LoggerMessage(203, LogLevel.Information, "List of subscriptions refused ({Status}) from {Remote}: {Reason}")]
    private static partial void SubscriptionsRejected(this ILogger log, int status, IPAddress? remote, string reason, string? detail);
}
