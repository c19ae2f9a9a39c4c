using Mercure.Http.Protocol;
using Mercure.Http.Settings;
using Microsoft.Net.Http.Headers;

namespace Mercure.Http.Hosting;

/// <summary>
/// Lets pages of other origins use the hub, with their cookies (Fetch standard, CORS protocol). An origin that is not
/// allowed gets no header, so that its page learns nothing.
/// </summary>
internal sealed class Cors(IReadOnlyList<string> origins)
{
    private const string Methods = "GET, HEAD, POST";
    private const string RequestHeaders = "authorization, cache-control, last-event-id, content-type";
    /// <summary>Tells a page where its stream begins; <c>ETag</c> and <c>Link</c> for those who discover.</summary>
    private const string ExposedHeaders = "Last-Event-ID, ETag, Link";
    private const string PreflightMaxAge = "600";

    private readonly bool _any = origins.Contains(WebOrigin.Any, StringComparer.Ordinal);
    private readonly HashSet<string> _origins = new(origins, StringComparer.Ordinal);

    /// <summary>Sets the headers; true when the request was a preflight and is answered.</summary>
    public bool Answers(HttpContext context)
    {
        var request = context.Request.Headers;
        var response = context.Response.Headers;
        // Always, also without an Origin: a cache may keep this answer for somebody who has one
        response.Vary = HeaderNames.Origin;
        if (request.Origin is not [{ Length: > 0 } origin] || !(_any ? IsPrintable(origin) : _origins.Contains(origin)))
            return false;

        // The origin itself also for "*": browsers refuse a literal star together with credentials
        response.AccessControlAllowOrigin = origin;
        response.AccessControlAllowCredentials = "true";
        response.AccessControlExposeHeaders = ExposedHeaders;
        if (!context.Request.IsOptions() || request.AccessControlRequestMethod.Count == 0)
            return false;

        response.AccessControlAllowMethods = Methods;
        response.AccessControlAllowHeaders = RequestHeaders;
        response.AccessControlMaxAge = PreflightMaxAge;
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return true;
    }

    /// <summary>Browsers write no other (RFC 6454, 6.2), and an answer's header could not hold it.</summary>
    private static bool IsPrintable(string origin) => !origin.AsSpan().ContainsAnyExceptInRange('!', '~');
}
