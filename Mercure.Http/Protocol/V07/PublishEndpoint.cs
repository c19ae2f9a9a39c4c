using Mercure.Actors;
using Mercure.Actors.Authorization;
using Mercure.Actors.Updates;

namespace Mercure.Http.Protocol.V07;

/// <summary><c>POST /hub</c> (spec draft 04, Publication and Publishers).</summary>
internal sealed class PublishEndpoint(
    IHub hub, RoleAuthorization authorization, int maxRequestSize, Reservations reservations, ILogger log)
{
    // The draft does not say whether data may be empty; the reference hub takes an empty one for a missing one
    private readonly PublishBody _body = new(new PublishFormRules("target", RequiresData: true), maxRequestSize);

    public async Task HandleAsync(HttpContext context)
    {
        var (update, rejection) = await ReadAsync(context.Request);
        if (update is null)
        {
            await RejectAsync(context, rejection!);
            return;
        }

        switch (await hub.PublishAsync(update))
        {
            case PublishResult.Stored stored:
                await HttpReplies.PublishedAsync(context.Response, stored.Id);
                break;
            case PublishResult.Unavailable unavailable:
                await RejectAsync(context, Rejections.PublishUnavailable(unavailable.Reason));
                break;
            default:
                throw new InvalidOperationException("The hub gave an answer that generation 0.7 does not know.");
        }
    }

    /// <summary>Authorizes before it reads: nobody without a token makes the hub hold a body.</summary>
    private async ValueTask<(Update? Update, Rejection? Rejection)> ReadAsync(HttpRequest request)
    {
        var result = await authorization.AuthorizeAsync(request);
        if (result.Token is not { } token)
            return (null, result.Rejection);
        if (token.Claims.Publish is not { } grant)
            return (null, token.Claims.PublishRejection);

        var (form, malformed) = await _body.ReadAsync(request);
        if (form is null)
            return (null, malformed);
        if (reservations.Check(form.Topics, form.Id, form.Type) is { } reserved)
            return (null, reserved);

        var update = ToUpdate(form);
        return MayPublish(grant, update.Audience) ? (update, null) : (null, Rejections.TargetForbidden);
    }

    /// <summary>One target that the token lacks is enough to refuse, even where it holds the others.</summary>
    private static bool MayPublish(Grant grant, Audience audience)
    {
        foreach (var name in audience.Names)
        {
            if (!grant.Holds(name))
                return false;
        }

        return true;
    }

    private static Update ToUpdate(PublishForm form) => new()
    {
        Generation = Generation.V07,
        Topics = form.Topics,
        Audience = form.Audience.Count == 0 ? Audience.Public : Audience.OfTargets(form.Audience),
        Data = form.Data,
        Id = form.Id,
        Type = form.Type,
        Retry = form.Retry,
    };

    private Task RejectAsync(HttpContext context, Rejection rejection)
    {
        log.PublishRejected(rejection, context);
        return HttpReplies.RejectAsync(context.Response, rejection);
    }
}
