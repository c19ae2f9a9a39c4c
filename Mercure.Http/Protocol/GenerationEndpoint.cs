using Mercure.Actors;
using Mercure.Http.Settings;

namespace Mercure.Http.Protocol;

/// <summary>The hub's URL in one generation: publishes and subscribes.</summary>
internal sealed class GenerationEndpoint
{
    private readonly PublishEndpoint _publish;
    private readonly SubscribeEndpoint _subscribe;

    /// <param name="rules">The generation.</param>
    /// <param name="hub">Where updates go and come from.</param>
    /// <param name="publishers">Of publishers' tokens.</param>
    /// <param name="subscribers">Of subscribers' tokens.</param>
    /// <param name="settings">Of which the streams', publishing's and the write timeout count here.</param>
    /// <param name="log">For the reasons of refusals.</param>
    public GenerationEndpoint(
        GenerationRules rules, IHub hub, RoleAuthorization publishers, RoleAuthorization subscribers, HubSettings settings, RefusalLog log)
    {
        _publish = new PublishEndpoint(rules, hub, publishers, settings.Publish.MaxRequestSize, log);
        _subscribe = new SubscribeEndpoint(rules, hub, subscribers, StreamRules.From(settings), log);
    }

    public Task HandleAsync(HttpContext context)
    {
        var request = context.Request;
        return request.IsPost() ? _publish.HandleAsync(context)
            : request.IsGetOrHead() ? _subscribe.HandleAsync(context)
            : request.IsOptions() ? HttpReplies.OptionsAsync(context.Response)
            : HttpReplies.RejectAsync(context.Response, Rejections.MethodNotAllowed);
    }
}
