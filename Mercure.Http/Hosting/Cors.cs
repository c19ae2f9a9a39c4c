using Mercure.Http.Protocol;
using Mercure.Http.Settings;
using Mercure.Http.Tokens;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Mercure.Http.Hosting;

/// <summary>
/// Lets pages of other origins use the hub (Fetch standard, CORS protocol): those that are listed with their cookies, those that
/// only <c>*</c> lets in without. An origin that is not allowed gets no header, so that its page learns nothing.
/// </summary>
internal sealed class Cors(IReadOnlyList<string> origins)
{
    private const string Methods = "GET, HEAD, POST";
    private const string RequestHeaders = "authorization, cache-control, last-event-id, content-type";
    /// <summary>
    /// <c>Last-Event-ID</c> tells a page where its stream begins; <c>ETag</c> and <c>Link</c> are for those who discover, the others
    /// for those who are refused.
    /// </summary>
    private const string ExposedHeaders = "Last-Event-ID, ETag, Link, Retry-After, WWW-Authenticate";
    private const string PreflightMaxAge = "600";

    private readonly bool _any = origins.Contains(WebOrigin.Any, StringComparer.Ordinal);
    private readonly OriginSet _listed = new(origins);

    /// <summary>Whether only <c>*</c> lets other origins in, while the settings need the cookies of some.</summary>
    public static bool IgnoresCookies(HubSettings settings) =>
        settings.Listen.CorsAllowedOrigins.Contains(WebOrigin.Any, StringComparer.Ordinal)
        && new OriginSet(settings.Listen.CorsAllowedOrigins).IsEmpty
        && (settings.Tokens.PublishAllowedOrigins.Count > 0
            || !settings.Tokens.AllowAnonymous
            || settings.V010 is { CookieName: not TokenSource.DefaultCookieName });

    /// <summary>Sets the headers; true when the request was a preflight and is answered.</summary>
    public bool Answers(HttpContext context)
    {
        var request = context.Request.Headers;
        var response = context.Response.Headers;
        // Also without an Origin: a cache may keep this answer for somebody who has one. To everyone the same, it does not vary
        if (!_listed.IsEmpty)
            response.Vary = StringValues.Concat(response.Vary, HeaderNames.Origin);

        var listed = request.Origin is [{ Length: > 0 } origin] && _listed.Contains(origin) ? origin : null;
        if (listed is null && !_any)
            return false;

        response.AccessControlAllowOrigin = listed ?? WebOrigin.Any;
        // With "*" never (CWE-942): any page could read what its visitor's cookie opens
        if (listed is not null)
            response.AccessControlAllowCredentials = "true";
        response.AccessControlExposeHeaders = ExposedHeaders;
        if (!context.Request.IsOptions() || request.Origin.Count == 0 || request.AccessControlRequestMethod.Count == 0)
            return false;

        response.AccessControlAllowMethods = Methods;
        response.AccessControlAllowHeaders = RequestHeaders;
        response.AccessControlMaxAge = PreflightMaxAge;
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return true;
    }
}
