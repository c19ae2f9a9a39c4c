using Mercure.Http.Demo;
using Mercure.Http.Hosting.Logging;
using Mercure.Http.Hosting.Server;
using Mercure.Http.Protocol;
using Mercure.Http.Protocol.V010;
using Mercure.Http.Protocol.V07;
using Mercure.Http.Settings;

namespace Mercure.Http.Hosting;

/// <summary>
/// What happens to every request, in order. One delegate, which returns the task of whoever answers: middlewares would
/// each keep an object for as long as a subscriber stays.
/// </summary>
internal sealed class HubPipeline
{
    private const string ReadOnlyMethods = "GET, HEAD";

    private readonly ForwardedHeaders? _forwarded;
    private readonly Cors? _cors;
    private readonly AccessLog _access;
    private readonly IProtocolGeneration[] _generations;
    private readonly RequestDelegate[] _handlers;
    private readonly RequestGuard _guard;
    private readonly HealthEndpoint _health;
    private readonly PageSet _pages;
    private readonly DemoResource? _demo;
    private readonly string _hubUrls;
    private readonly RequestDelegate _dispatch;

    public HubPipeline(
        HubSettings settings, AccessLog access, RequestGuard guard, HealthEndpoint health, IEnumerable<IProtocolGeneration> generations)
    {
        var listen = settings.Listen;
        _forwarded = listen.UseForwardedHeaders ? new ForwardedHeaders(listen.TrustedProxies) : null;
        _cors = listen.CorsAllowedOrigins.Count > 0 ? new Cors(listen.CorsAllowedOrigins) : null;
        _access = access;
        _guard = guard;
        _health = health;
        _generations = [.. generations];
        _handlers = [.. _generations.Select(static generation => (RequestDelegate)generation.HandleAsync)];
        _pages = PageSet.Load(settings.Demo, _generations[^1].Url);
        _demo = settings.Demo ? new DemoResource(settings) : null;
        _hubUrls = string.Join(" or ", _generations.Select(static generation => generation.Url));
        _dispatch = DispatchAsync;
    }

    /// <summary>Whether the request is for the hub itself, or asks how it is.</summary>
    public bool Claims(HttpRequest request)
    {
        foreach (var generation in _generations)
        {
            if (generation.Claims(request))
                return true;
        }

        return HealthEndpoint.Claims(request.Path.Value);
    }

    /// <summary>Those of every answer, for a request that the server refused.</summary>
    public void SetHeaders(HttpContext context)
    {
        _forwarded?.Apply(context);
        SecurityHeaders.Set(context.Response.Headers);
        _cors?.Answers(context);
    }

    public Task InvokeAsync(HttpContext context)
    {
        RequestLines.Attach(context.Features);
        TargetEncoding.Apply(context);
        _forwarded?.Apply(context);
        SecurityHeaders.Set(context.Response.Headers);
        return _access.IsEnabled ? _access.FollowAsync(context, _dispatch) : DispatchAsync(context);
    }

    private Task DispatchAsync(HttpContext context)
    {
        if (_cors is not null && _cors.Answers(context))
            return Task.CompletedTask;
        for (var i = 0; i < _generations.Length; i++)
        {
            if (_generations[i].Claims(context.Request))
                return _guard.RunAsync(context, _handlers[i]);
        }

        return AnswerAsync(context);
    }

    private Task AnswerAsync(HttpContext context)
    {
        var path = context.Request.Path.Value ?? "";
        if (_demo is not null && DemoResource.Claims(path))
            return _demo.AnswerAsync(context);
        var page = _pages.Find(path);
        if (page is null && !HealthEndpoint.Claims(path))
            return NotFoundAsync(context, path);
        if (!context.Request.IsGetOrHead())
            return PlainText.OtherMethodAsync(context, ReadOnlyMethods);
        return page is null ? _health.AnswerAsync(context) : page.AnswerAsync(context);
    }

    private Task NotFoundAsync(HttpContext context, string path) => PlainText.AnswerAsync(
        context,
        StatusCodes.Status404NotFound,
        path is V07Generation.Path ? $"Not found. This hub does not serve generation 0.7 of the protocol. Its URL is {_hubUrls}."
        : path is V010Generation.Path || SubscriptionsEndpoint.Claims(context.Request) ? $"Not found. This hub does not serve generation 0.10 of the protocol. Its URL is {_hubUrls}."
        : $"Not found. The hub's URL is {_hubUrls}, its health is at /healthz, and / says more.");
}
