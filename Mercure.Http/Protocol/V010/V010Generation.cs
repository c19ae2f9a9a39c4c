using Mercure.Actors;
using Mercure.Actors.Updates;
using Mercure.Http.Hosting;
using Mercure.Http.Hosting.Logging;
using Mercure.Http.Settings;
using Mercure.Http.Tokens;

namespace Mercure.Http.Protocol.V010;

/// <summary>Generations 0.10 to 0.24 of the protocol (spec draft 07): a well-known URL, and selectors of topics in the tokens.</summary>
internal sealed class V010Generation : IProtocolGeneration
{
    public const string Path = "/.well-known/mercure";

    private const string NotTracked = "Not found. This hub does not track active subscriptions: set MERCURE_V010_SUBSCRIPTIONS to 1.";

    private readonly GenerationEndpoint _endpoint;
    private readonly SubscriptionsEndpoint? _subscriptions;

    /// <param name="hub">Where updates go and come from.</param>
    /// <param name="settings">Of the whole hub; this generation's are in <see cref="HubSettings.V010"/>.</param>
    /// <param name="clock">For the expiry of tokens and keys.</param>
    /// <param name="shared">Keys that count in other generations.</param>
    /// <param name="loggers">For the reasons of refusals.</param>
    public V010Generation(IHub hub, HubSettings settings, TimeProvider clock, SharedKeys shared, ILoggerFactory loggers)
    {
        var own = settings.V010 ?? throw new ArgumentException("There are no keys for generation 0.10.", nameof(settings));
        var log = loggers.CreateLogger<V010Generation>();
        var keyLog = loggers.CreateLogger(LogCategories.Tokens);
        var refusals = new RefusalLog(log, clock);
        var rules = new V010Rules(own.Subscriptions, settings.Publish.MaxTopics, settings.Streams.MaxTopics);
        var source = new TokenSource(settings.Tokens.PublishAllowedOrigins, own.CookieName, readsQuery: true);
        var (publisherKeys, subscriberKeys) = RoleKeys.Open(own.Publisher, own.Subscriber, new KeyContext(shared, rules.Generation, clock, keyLog));
        RoleAuthorization Authorization(ITokenKeys keys) => new(source, keys, rules.ReadClaims, clock);
        var subscribers = Authorization(subscriberKeys);
        _endpoint = new GenerationEndpoint(rules, hub, Authorization(publisherKeys), subscribers, settings, refusals);
        _subscriptions = own.Subscriptions ? new SubscriptionsEndpoint(hub, subscribers, refusals) : null;
    }

    /// <summary>What publishers of every generation leave to the hub, which may say it to readers of this one.</summary>
    public static Reservations Reserves(HubSettings settings) => settings.V010 is null ? Reservations.None : new(Path);

    public string Url => Path;

    public bool Claims(HttpRequest request) => IsHub(request) || SubscriptionsEndpoint.Claims(request);

    public Task HandleAsync(HttpContext context) =>
        IsHub(context.Request) ? _endpoint.HandleAsync(context)
        : _subscriptions is not null ? _subscriptions.HandleAsync(context)
        : PlainText.AnswerAsync(context, StatusCodes.Status404NotFound, NotTracked);

    private static bool IsHub(HttpRequest request) => string.Equals(request.Path.Value, Path, StringComparison.Ordinal);
}
