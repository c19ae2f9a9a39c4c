using Mercure.Actors;
using Mercure.Http.Settings;
using Mercure.Http.Tokens;

namespace Mercure.Http.Protocol.V07;

/// <summary>Generation 0.7 of the protocol (spec draft 04): one URL, <c>/hub</c>, and audiences made of targets.</summary>
public sealed class V07Generation : IProtocolGeneration
{
    public const string Path = "/hub";

    private readonly PublishEndpoint _publish;
    private readonly SubscribeEndpoint _subscribe;
    private readonly ILogger _log;

    /// <param name="hub">Where updates go and come from.</param>
    /// <param name="settings">Of which the tokens', streams', publishing's and the write timeout count here.</param>
    /// <param name="clock">For the expiry of tokens and streams.</param>
    /// <param name="loggers">For the reasons of refusals.</param>
    /// <param name="reservations">What a later generation served by the same hub reserves; nothing by default.</param>
    /// <exception cref="FormatException">A key can't be read (see <see cref="TokenKey.Parse"/>).</exception>
    public V07Generation(
        IHub hub, HubSettings settings, TimeProvider clock, ILoggerFactory loggers, Reservations? reservations = null)
    {
        _log = loggers.CreateLogger<V07Generation>();
        var source = new TokenSource(settings.Tokens.PublishAllowedOrigins);
        _publish = new PublishEndpoint(
            hub,
            new RoleAuthorization(source, settings.Tokens.PublisherKey, clock),
            settings.Publish.MaxRequestSize,
            reservations ?? Reservations.None,
            _log);
        _subscribe = new SubscribeEndpoint(
            hub,
            new RoleAuthorization(source, settings.Tokens.SubscriberKey, clock),
            StreamRules.From(settings),
            clock,
            _log);
    }

    public bool Claims(HttpRequest request) => string.Equals(request.Path.Value, Path, StringComparison.Ordinal);

    public Task HandleAsync(HttpContext context)
    {
        var method = context.Request.Method;
        return HttpMethods.IsPost(method) ? _publish.HandleAsync(context)
            : HttpMethods.IsGet(method) || HttpMethods.IsHead(method) ? _subscribe.HandleAsync(context)
            : HttpReplies.RejectAsync(context.Response, Rejections.MethodNotAllowed);
    }
}
