using Mercure.Actors;
using Mercure.Http.Hosting.Logging;
using Mercure.Http.Settings;
using Mercure.Http.Tokens;

namespace Mercure.Http.Protocol.V07;

/// <summary>Generation 0.7 of the protocol (spec draft 04): one URL, <c>/hub</c>, and audiences made of targets.</summary>
internal sealed class V07Generation : IProtocolGeneration
{
    public const string Path = "/hub";

    private readonly GenerationEndpoint _endpoint;

    /// <param name="hub">Where updates go and come from.</param>
    /// <param name="settings">Of the whole hub; this generation's keys are in <see cref="HubSettings.V07"/>.</param>
    /// <param name="clock">For the expiry of tokens and changes of keys.</param>
    /// <param name="shared">Keys that count in other generations.</param>
    /// <param name="loggers">For the reasons of refusals.</param>
    public V07Generation(IHub hub, HubSettings settings, TimeProvider clock, SharedKeys shared, ILoggerFactory loggers)
    {
        var own = settings.V07 ?? throw new ArgumentException("There are no keys for generation 0.7.", nameof(settings));
        var rules = new V07Rules(settings.Publish.MaxTopics, settings.Streams.MaxTopics);
        var source = new TokenSource(settings.Tokens.PublishAllowedOrigins);
        var keyLog = loggers.CreateLogger(LogCategories.Tokens);
        var (publishers, subscribers) = RoleKeys.Open(own.Publisher, own.Subscriber, new KeyContext(shared, rules.Generation, clock, keyLog));
        RoleAuthorization Authorization(ITokenKeys keys) => new(source, keys, rules.ReadClaims, clock);
        _endpoint = new GenerationEndpoint(
            rules, hub, Authorization(publishers), Authorization(subscribers), settings, new RefusalLog(loggers.CreateLogger<V07Generation>(), clock));
    }

    public string Url => Path;

    public bool Claims(HttpRequest request) => string.Equals(request.Path.Value, Path, StringComparison.Ordinal);

    public Task HandleAsync(HttpContext context) => _endpoint.HandleAsync(context);
}
