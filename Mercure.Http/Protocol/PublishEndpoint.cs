using Mercure.Actors;
using Mercure.Actors.Authorization;
using Mercure.Actors.Matching;
using Mercure.Actors.Updates;

namespace Mercure.Http.Protocol;

/// <summary><c>POST</c> to the hub (spec drafts 04 and 07, Publication and Publishers).</summary>
internal sealed class PublishEndpoint(
    GenerationRules rules, IHub hub, RoleAuthorization authorization, int maxRequestSize, RefusalLog log)
{
    private readonly PublishBody _body = new(rules.Form, maxRequestSize);

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
            case PublishResult.Rejected rejected:
                await RejectAsync(context, Rejections.Of(rejected.Rule));
                break;
            case PublishResult.Unavailable unavailable:
                await RejectAsync(context, Rejections.PublishUnavailable(unavailable.Reason));
                break;
            default:
                throw new InvalidOperationException("The hub gave an answer that the protocol does not know.");
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

        var names = rules.NamesToHold(form);
        // One that the token lacks is enough to refuse, even where it holds the others
        var budget = new StepBudget(Limits.RequestSteps);
        var holdsAll = names.All(name => grant.Holds(name, budget));
        return budget.IsSpent ? (null, Rejections.TopicsTooDear)
            : holdsAll ? (ToUpdate(form, names), null)
            : (null, rules.NamesNotHeld);
    }

    private Update ToUpdate(PublishForm form, IReadOnlyList<AudienceName> names) => new()
    {
        Generation = rules.Generation,
        Topics = form.Topics,
        Audience = rules.IsPublic(form) ? Audience.Public : Audience.Of(names),
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
