using Mercure.Actors;
using Mercure.Actors.Authorization;
using Mercure.Actors.Matching;
using Mercure.Actors.Presence;
using Mercure.Http.Hosting;
using Microsoft.AspNetCore.Http.Features;

namespace Mercure.Http.Protocol.V010;

/// <summary>The lists of active subscriptions (spec draft 07, Subscription API).</summary>
internal sealed class SubscriptionsEndpoint(IHub hub, RoleAuthorization authorization, RefusalLog log)
{
    private const string Methods = "GET, HEAD";

    /// <summary>Draft 07: "The value MUST be earliest if no events have been dispatched yet".</summary>
    private const string Earliest = "earliest";

    public static bool Claims(HttpRequest request) => request.Path.StartsWithSegments(SubscriptionUrls.All, StringComparison.Ordinal);

    public async Task HandleAsync(HttpContext context)
    {
        var request = context.Request;
        if (!request.IsGetOrHead())
        {
            await PlainText.OtherMethodAsync(context, Methods);
            return;
        }

        var url = RawPath(context);
        var isUrl = SubscriptionUrls.TryParse(url, out var topic, out var subscriber);
        if (await AuthorizeAsync(request, url, SubscriptionUrls.Of(topic, subscriber)) is { } refusal)
            await RejectAsync(context, refusal);
        else if (!isUrl)
            await RejectAsync(context, Rejections.SubscriptionUnknown);
        else
            await AnswerAsync(context, url, topic, subscriber);
    }

    /// <summary>A URL may be written in several ways: a selector for the one in the documents counts for all of them.</summary>
    private async ValueTask<Rejection?> AuthorizeAsync(HttpRequest request, string url, string canonical)
    {
        var result = await authorization.AuthorizeAsync(request);
        var budget = new StepBudget(Limits.RequestSteps);
        return result.Rejection
            ?? result.Token!.Claims.SubscribeRejection
            ?? (Holds(url) || Holds(canonical) ? null : budget.IsSpent ? Rejections.TopicsTooDear : Rejections.SubscriptionsForbidden);

        bool Holds(string topic) => result.Token!.Claims.Subscribe.Holds(new AudienceName(AudienceKind.Topic, topic), budget);
    }

    private async Task AnswerAsync(HttpContext context, string url, string? topic, string? subscriber)
    {
        var known = KnownEvents(context.Request);
        var result = await hub.GetSubscriptionsAsync(
            new SubscriptionQuery(MatcherKind.Selector, topic, subscriber, known.Count == 1 ? known[0] : null));
        switch (result)
        {
            case SubscriptionsResult.Unchanged:
                NotModified(context, known[0]);
                break;
            case SubscriptionsResult.Listed listed when known.Contains(listed.LastEventId ?? Earliest, StringComparer.Ordinal):
                NotModified(context, listed.LastEventId ?? Earliest);
                break;
            case SubscriptionsResult.Listed { Subscriptions: [] } when subscriber is not null:
                await RejectAsync(context, Rejections.SubscriptionUnknown);
                break;
            case SubscriptionsResult.Listed listed:
                await WriteAsync(context, url, listed, isSingle: subscriber is not null);
                break;
            default:
                await RejectAsync(context, Rejections.SubscriptionsUnavailable);
                break;
        }
    }

    private static Task WriteAsync(HttpContext context, string url, SubscriptionsResult.Listed listed, bool isSingle)
    {
        var lastEventId = listed.LastEventId ?? Earliest;
        SetValidators(context.Response.Headers, lastEventId);
        context.Response.Headers.Link = $"<{V010Generation.Path}>; rel=\"mercure\"";
        var document = isSingle
            ? SubscriptionDocuments.Single(listed.Subscriptions[0], lastEventId)
            : SubscriptionDocuments.Collection(url, listed.Subscriptions, lastEventId);
        return PlainText.AnswerAsync(context, StatusCodes.Status200OK, "application/ld+json", document);
    }

    private static void NotModified(HttpContext context, string lastEventId)
    {
        SetValidators(context.Response.Headers, lastEventId);
        context.Response.StatusCode = StatusCodes.Status304NotModified;
    }

    /// <summary>Draft 07: "clients SHOULD validate that a response coming from cache is still valid before using it".</summary>
    private static void SetValidators(IHeaderDictionary headers, string lastEventId)
    {
        headers.ETag = $"\"{Uri.EscapeDataString(lastEventId)}\"";
        headers.CacheControl = "private, no-cache";
    }

    /// <summary>The events of <c>If-None-Match</c>, quoted as RFC 9110 has it, or bare as the draft's example.</summary>
    private static List<string> KnownEvents(HttpRequest request) =>
    [
        .. request.Headers.IfNoneMatch
            .SelectMany(value => (value ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            .Select(tag => Uri.UnescapeDataString((tag.StartsWith("W/", StringComparison.Ordinal) ? tag[2..] : tag).Trim('"'))),
    ];

    private static string RawPath(HttpContext context)
    {
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        // RFC 9112, 3.2.2: a client of a proxy sends the whole URL
        if (!target.StartsWith('/') && Uri.TryCreate(target, UriKind.Absolute, out var absolute))
            target = absolute.PathAndQuery;

        var end = target.IndexOf('?', StringComparison.Ordinal);
        return end < 0 ? target : target[..end];
    }

    private Task RejectAsync(HttpContext context, Rejection rejection)
    {
        log.SubscriptionsRejected(rejection, context);
        return HttpReplies.RejectAsync(context.Response, rejection);
    }
}
