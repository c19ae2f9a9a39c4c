using Mercure.Actors;
using Mercure.Http.Settings;
using Mercure.Http.Tokens;

namespace Mercure.Http.Protocol.V010;

/// <summary>Generations 0.10 to 0.24 of the protocol (spec draft 07): a well-known URL, and selectors of topics in the tokens.</summary>
internal sealed class V010Generation : IProtocolGeneration
{
    public const string Path = "/.well-known/mercure";

    private readonly GenerationEndpoint _endpoint;
    private readonly SubscriptionsEndpoint? _subscriptions;

    /// <param name="hub">Where updates go and come from.</param>
    /// <param name="settings">Of the whole hub; this generation's are in <see cref="HubSettings.V010"/>.</param>
    /// <param name="clock">For the expiry of tokens and keys.</param>
    /// <param name="loggers">For the reasons of refusals.</param>
    public V010Generation(IHub hub, HubSettings settings, TimeProvider clock, ILoggerFactory loggers)
    {
        var own = settings.V010 ?? throw new ArgumentException("There are no keys for generation 0.10.", nameof(settings));
        var log = loggers.CreateLogger<V010Generation>();
        var refusals = new RefusalLog(log, clock);
        var rules = new V010Rules(own.Subscriptions, settings.Publish.MaxTopics, settings.Streams.MaxTopics);
        var source = new TokenSource(settings.Tokens.PublishAllowedOrigins, own.CookieName, readsQuery: true);
        RoleAuthorization Authorization(RoleKeys keys) => new(source, keys.Open(clock, log), rules.ReadClaims, clock);
        var subscribers = Authorization(own.Subscriber);
        _endpoint = new GenerationEndpoint(rules, hub, Authorization(own.Publisher), subscribers, settings, refusals);
        _subscriptions = own.Subscriptions ? new SubscriptionsEndpoint(hub, subscribers, refusals) : null;
    }

    public string Url => Path;

    public bool Claims(HttpRequest request) => IsHub(request) || (_subscriptions is not null && SubscriptionsEndpoint.Claims(request));

    public Task HandleAsync(HttpContext context) => IsHub(context.Request) ? _endpoint.HandleAsync(context) : _subscriptions!.HandleAsync(context);

    private static bool IsHub(HttpRequest request) => string.Equals(request.Path.Value, Path, StringComparison.Ordinal);
}
