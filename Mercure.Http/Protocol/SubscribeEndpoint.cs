using Mercure.Actors;
using Mercure.Actors.Authorization;
using Mercure.Actors.Subscribers;
using Mercure.Http.Settings;
using Mercure.Http.Streams;
using Microsoft.Net.Http.Headers;

namespace Mercure.Http.Protocol;

/// <summary>The settings that a stream depends on.</summary>
/// <param name="AllowAnonymous">Whether who has no token may read public updates.</param>
/// <param name="Compress">Whether streams are compressed for clients that accept it.</param>
/// <param name="Longest">How long a stream may last at most; zero for ever.</param>
/// <param name="HasHeartbeats">Whether comments are written to idle streams.</param>
internal sealed record StreamRules(bool AllowAnonymous, bool Compress, TimeSpan Longest, bool HasHeartbeats)
{
    public static StreamRules From(HubSettings settings) => new(
        settings.Tokens.AllowAnonymous, settings.Streams.Compress, settings.Listen.WriteTimeout, settings.Streams.HeartbeatInterval > TimeSpan.Zero);
}

/// <summary><c>GET</c> and <c>HEAD</c> of the hub (spec drafts 04 and 07, Subscription, Subscribers and Reconnection).</summary>
internal sealed class SubscribeEndpoint(
    GenerationRules generation, IHub hub, RoleAuthorization authorization, StreamRules rules, RefusalLog log)
{
    private const string LastEventIdHeader = "Last-Event-ID";

    /// <summary>Spec draft 07, Reconnection: asks for the whole history; as an answer, says that nothing precedes the stream.</summary>
    private const string Earliest = "earliest";

    /// <summary>The part of a stream's longest life that is cut at random.</summary>
    private const double Spread = 0.2;

    public async Task HandleAsync(HttpContext context)
    {
        var (subscription, rejection) = await ReadAsync(context);
        if (subscription is null)
        {
            await RejectAsync(context, rejection!);
            return;
        }

        EventStreamHead.Write(context, subscription.Encoder, variesByCoding: rules.Compress);
        if (context.Request.IsHead())
            return;

        switch (await hub.SubscribeAsync(subscription))
        {
            case StreamEnd.Refused:
                await RejectAsync(context, Rejections.StreamRefused);
                break;
            case StreamEnd.HubStopping when !context.Response.HasStarted:
                // An empty stream: nothing of a coding's frame has been written
                context.Response.Headers.Remove(HeaderNames.ContentEncoding);
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
        if (result.Token?.Claims.SubscribeRejection is { } unreadable)
            return (null, unreadable);
        if (SubscribeQuery.Parse(context.Request.QueryString.Value ?? "", generation.Query, out var query) is { } malformed)
            return (null, malformed);
        if (query.LastEventIds.AddHeader(context.Request) is { } tooMany)
            return (null, tooMany);

        var lastEventIds = query.LastEventIds.All;
        var fromEarliest = generation.Query.KnowsEarliest && lastEventIds.Contains(Earliest, StringComparer.Ordinal);
        return (new Subscription
        {
            Selectors = query.Selectors,
            Grant = result.Token?.Claims.Subscribe ?? Grant.None,
            Encoder = EventEncoders.For(context.Request, rules.Compress),
            Output = context.Response.BodyWriter,
            Abort = context.Abort,
            Gone = context.RequestAborted,
            Silence = ClientSocket.Watch(context, keepAlive: !rules.HasHeartbeats),
            LastEventIds = fromEarliest ? [.. lastEventIds.Where(static id => id != Earliest)] : lastEventIds,
            FromEarliest = fromEarliest,
            BeginsAfter = generation.Query.KnowsEarliest ? id => context.Response.Headers[LastEventIdHeader] = id ?? Earliest : null,
            EndsAt = result.Token?.ExpiresAt,
            Longest = Longest(),
            Generation = generation.Generation,
            Presence = generation.PresenceOf(query.Selectors, result.Token?.Claims.Payload),
        }, null);
    }

    /// <summary>Spread, so that those who came together, after an outage, don't all come back together for ever.</summary>
    private TimeSpan? Longest() => rules.Longest == TimeSpan.Zero ? null : rules.Longest * (1 - (Spread * Random.Shared.NextDouble()));

    private Task RejectAsync(HttpContext context, Rejection rejection)
    {
        log.SubscribeRejected(rejection, context);
        return HttpReplies.RejectAsync(context.Response, rejection);
    }
}
