using Mercure.Actors;
using Mercure.Actors.Authorization;
using Mercure.Actors.Subscribers;
using Mercure.Http.Settings;
using Mercure.Http.Streams;

namespace Mercure.Http.Protocol.V07;

/// <summary>The settings that a stream depends on.</summary>
/// <param name="AllowAnonymous">Whether who has no token may read public updates.</param>
/// <param name="Compress">Whether streams are compressed for clients that accept it.</param>
/// <param name="Longest">How long a stream may last; zero for ever.</param>
internal sealed record StreamRules(bool AllowAnonymous, bool Compress, TimeSpan Longest)
{
    public static StreamRules From(HubSettings settings) =>
        new(settings.Tokens.AllowAnonymous, settings.Streams.Compress, settings.Listen.WriteTimeout);
}

/// <summary><c>GET</c> and <c>HEAD /hub</c> (spec draft 04, Subscriptions, Subscribers and Reconnection).</summary>
internal sealed class SubscribeEndpoint(
    IHub hub, RoleAuthorization authorization, StreamRules rules, TimeProvider clock, ILogger log)
{
    public async Task HandleAsync(HttpContext context)
    {
        var (subscription, rejection) = await ReadAsync(context);
        if (subscription is null)
        {
            await RejectAsync(context, rejection!);
            return;
        }

        EventStreamHead.Write(context, subscription.Encoder, variesByCoding: rules.Compress);
        if (HttpMethods.IsHead(context.Request.Method))
            return;

        switch (await hub.SubscribeAsync(subscription))
        {
            case StreamEnd.Refused:
                await RejectAsync(context, Rejections.StreamRefused);
                break;
            case StreamEnd.Failed:
                // Not a proper end: the client must not take what it has for a whole stream
                context.Abort();
                break;
        }
    }

    private async ValueTask<(Subscription? Subscription, Rejection? Rejection)> ReadAsync(HttpContext context)
    {
        var result = await authorization.AuthorizeAsync(context.Request);
        // No token may be fine, a bad one never is: its bearer would silently miss what it asked for
        if (result.Rejection is { } unauthorized && !(unauthorized == Rejections.TokenMissing && rules.AllowAnonymous))
            return (null, unauthorized);
        if (SubscribeQuery.Parse(context.Request.QueryString.Value ?? "", out var query) is { } malformed)
            return (null, malformed);

        return (new Subscription
        {
            Selectors = query.Selectors,
            Grant = result.Token?.Claims.Subscribe ?? Grant.None,
            Encoder = EventEncoders.For(context.Request, rules.Compress),
            Output = context.Response.BodyWriter,
            Abort = context.Abort,
            Gone = context.RequestAborted,
            LastEventId = LastEventId(context.Request, query),
            EndsAt = EndsAt(result.Token?.ExpiresAt),
        }, null);
    }

    /// <summary>The header takes precedence. No update has an id beyond the limit, so that such a one is simply unknown.</summary>
    private static string? LastEventId(HttpRequest request, SubscribeQuery query)
    {
        var header = request.Headers["Last-Event-ID"].ToString();
        var id = header.Length > 0 ? header : query.LastEventId;
        return id?.Length > Limits.FieldLength ? null : id;
    }

    private DateTimeOffset? EndsAt(DateTimeOffset? tokenExpiresAt)
    {
        if (rules.Longest == TimeSpan.Zero)
            return tokenExpiresAt;

        var timeout = clock.GetUtcNow() + rules.Longest;
        return tokenExpiresAt < timeout ? tokenExpiresAt : timeout;
    }

    private Task RejectAsync(HttpContext context, Rejection rejection)
    {
        log.SubscribeRejected(rejection, context);
        return HttpReplies.RejectAsync(context.Response, rejection);
    }
}
