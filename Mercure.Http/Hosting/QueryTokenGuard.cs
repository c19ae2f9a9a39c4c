using Mercure.Http.Tokens;
using Microsoft.AspNetCore.Http.Features;

namespace Mercure.Http.Hosting;

/// <summary>
/// Takes the token out of a request's query before anything can log it (CWE-532): ASP.NET Core logs the URL of each request before
/// its first middleware, and again at its end. The hub finds the token in <see cref="QueryToken"/>.
/// </summary>
internal sealed class QueryTokenGuard(IHttpContextFactory inner) : IHttpContextFactory
{
    /// <summary>Puts it before the factory that the application has.</summary>
    public static void AddTo(IServiceCollection services)
    {
        var former = services.LastOrDefault(static service => service.ServiceType == typeof(IHttpContextFactory));
        services.AddSingleton<IHttpContextFactory>(provider => new QueryTokenGuard(
            (IHttpContextFactory?)(former?.ImplementationInstance ?? former?.ImplementationFactory?.Invoke(provider))
            ?? (IHttpContextFactory)ActivatorUtilities.CreateInstance(provider, former?.ImplementationType ?? typeof(DefaultHttpContextFactory))));
    }

    public HttpContext Create(IFeatureCollection featureCollection)
    {
        if (featureCollection.Get<IHttpRequestFeature>() is { } request && QueryToken.IsHubs(request.Path) && QueryToken.Hide(request.QueryString) is { } hidden)
        {
            featureCollection.Set(new QueryToken(request.QueryString));
            request.QueryString = hidden;
            var query = request.RawTarget.IndexOf('?', StringComparison.Ordinal);
            if (query >= 0)
                request.RawTarget = request.RawTarget[..query] + hidden;
        }

        return inner.Create(featureCollection);
    }

    public void Dispose(HttpContext httpContext) => inner.Dispose(httpContext);
}
