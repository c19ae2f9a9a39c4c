using System.Text;
using Mercure.Http.Hosting;
using Mercure.Http.Protocol;
using Mercure.Http.Protocol.V010;
using Mercure.Http.Protocol.V07;
using Mercure.Http.Settings;
using Mercure.Http.Tokens;
using Microsoft.Net.Http.Headers;
using SameSiteMode = Microsoft.Net.Http.Headers.SameSiteMode;

namespace Mercure.Http.Demo;

/// <summary>
/// What is served below <c>/demo/</c>: resources that announce the hub as an application would (spec draft 04, Discovery
/// and Authorization), made of what the request says. The parameter <c>body</c> is the content, the path's extension its type, and
/// <c>jwt</c> becomes the authorization cookie. Whoever can make a browser come here chooses what it is given: not for production.
/// </summary>
internal sealed class DemoResource(HubSettings settings)
{
    private const string Prefix = "/demo/";
    private const string BodyParameter = "body";
    private const string TokenParameter = "jwt";
    private const string Methods = "GET, HEAD";
    private const string NotAToken = $"The parameter {TokenParameter} is not a token: it has other characters than letters, digits, -, _, = and dots, or too many.";

    // Cross-site scripting (CWE-79): the content is the request's. As a document it gets an origin of its own, and neither
    // scripts nor forms; scripts and style sheets have no type here, and nosniff keeps them from being used as such
    private const string ContentSecurityPolicy = "sandbox; default-src 'none'; frame-ancestors 'none'";

    /// <summary>The hub's URL and the name of its cookie in each generation that is served, the newest first.</summary>
    private readonly (string Path, string CookieName)[] _hubs =
    [
        .. settings.V010 is { } v010 ? [(V010Generation.Path, v010.CookieName)] : Array.Empty<(string, string)>(),
        .. settings.V07 is not null ? [(V07Generation.Path, TokenSource.DefaultCookieName)] : Array.Empty<(string, string)>(),
    ];

    public static bool Claims(string path) => path.StartsWith(Prefix, StringComparison.Ordinal);

    public Task AnswerAsync(HttpContext context)
    {
        var request = context.Request;
        if (!request.IsGetOrHead())
            return PlainText.OtherMethodAsync(context, Methods);

        var token = Parameter(request, TokenParameter);
        if (!IsToken(token))
            return PlainText.AnswerAsync(context, StatusCodes.Status400BadRequest, NotAToken);

        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        headers.CacheControl = "no-store";
        // Several of them, and relative, as the reference hub does: clients have to cope with both
        headers.Link = new([.. _hubs.Select(static hub => $"<{hub.Path}>; rel=\"mercure\""), $"<{Self(request)}>; rel=\"self\""]);
        headers.AccessControlExposeHeaders = HeaderNames.Link;
        headers.SetCookie = new([.. _hubs.Select(hub => Cookie(hub.Path, hub.CookieName, token, request.IsHttps))]);
        return PlainText.AnswerAsync(
            context, StatusCodes.Status200OK, ContentType(request.Path.Value!), Encoding.UTF8.GetBytes(Parameter(request, BodyParameter)));
    }

    private static string Parameter(HttpRequest request, string name) => request.Query[name] is [{ } first, ..] ? first : "";

    /// <summary>Characters of a compact JWS (RFC 7515, 3.1) and no others, so that nothing else gets into the header (CWE-113).</summary>
    private static bool IsToken(string text) =>
        text.Length <= Limits.TokenLength && text.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '=');

    /// <summary>
    /// The resource's own URL, which is the topic to subscribe to: without the parameters that only tell this demo what to
    /// answer. The reference hub leaves them in, and so would have a token in everybody's topic.
    /// </summary>
    private static string Self(HttpRequest request)
    {
        var url = new StringBuilder(request.Path.ToUriComponent());
        var separator = '?';
        foreach (var (name, values) in request.Query.Where(static parameter => parameter.Key is not (BodyParameter or TokenParameter)))
        {
            foreach (var value in values)
            {
                url.Append(separator).Append(Uri.EscapeDataString(name)).Append('=').Append(Uri.EscapeDataString(value ?? ""));
                separator = '&';
            }
        }

        return url.ToString();
    }

    /// <summary>
    /// Never readable by scripts, which have no use for it (the reference hub lets them read it without TLS, though its own page
    /// doesn't). Where there is TLS, sent over TLS only.
    /// </summary>
    private static string Cookie(string path, string name, string token, bool isHttps) => new SetCookieHeaderValue(name, token)
    {
        Path = path,
        HttpOnly = true,
        Secure = isHttps,
        SameSite = SameSiteMode.Strict,
        Expires = token.Length == 0 ? DateTimeOffset.UnixEpoch : null,
    }.ToString();

    private static string ContentType(string path) => Path.GetExtension(path).ToLowerInvariant() switch
    {
        ".jsonld" => "application/ld+json",
        ".json" => "application/json",
        ".xml" => "application/xml",
        ".atom" => "application/atom+xml",
        ".rss" => "application/rss+xml",
        ".html" or ".htm" => "text/html; charset=utf-8",
        ".svg" => "image/svg+xml",
        ".csv" => "text/csv; charset=utf-8",
        ".md" => "text/markdown; charset=utf-8",
        _ => "text/plain; charset=utf-8",
    };
}
