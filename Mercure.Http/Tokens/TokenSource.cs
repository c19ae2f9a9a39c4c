using Mercure.Http.Protocol;
using Mercure.Http.Settings;
using Microsoft.Extensions.Primitives;

namespace Mercure.Http.Tokens;

/// <summary>The token of a request as it was presented: its text, or that there is none, or why it does not count.</summary>
internal readonly record struct PresentedToken(ReadOnlyMemory<char> Text, Rejection? Rejection)
{
    public bool IsAbsent => Rejection is null && Text.IsEmpty;
}

/// <summary>
/// Finds the token of a request (spec draft 07, Authorization): the header <c>Authorization</c>, else the query parameter
/// <c>authorization</c> where the generation has it, else the cookie. Whichever comes first counts, of whatever content.
/// </summary>
internal sealed class TokenSource
{
    public const string DefaultCookieName = "mercureAuthorization";

    private const string Scheme = "Bearer ";

    private readonly OriginSet _origins;
    private readonly string _cookieName;
    private readonly bool _readsQuery;

    /// <param name="publishOrigins">Origins whose pages may publish with the cookie, spelled as browsers do (<see cref="WebOrigin"/>).</param>
    /// <param name="cookieName">The authorization cookie.</param>
    /// <param name="readsQuery">Whether the query parameter counts.</param>
    public TokenSource(IReadOnlyList<string> publishOrigins, string cookieName = DefaultCookieName, bool readsQuery = false)
    {
        _origins = new OriginSet(publishOrigins);
        _cookieName = cookieName;
        _readsQuery = readsQuery;
    }

    public PresentedToken Find(HttpRequest request)
    {
        var authorization = request.Headers.Authorization;
        if (authorization.Count > 0)
            return FromHeader(authorization);
        if (_readsQuery && FindParameter(request, out var parameter))
            return new(parameter.AsMemory(), parameter is null ? Rejections.AuthorizationParameterMalformed : null);

        var cookie = FindCookie(request.Headers.Cookie);
        if (cookie.IsEmpty || request.IsGetOrHead())
            return new(cookie, Rejection: null);

        return new(cookie, CheckOrigin(request));
    }

    private static bool FindParameter(HttpRequest request, out string? value) =>
        AuthorizationParameter.Find(request.QueryString.Value, out value)
        && (value != QueryToken.Hidden || request.HttpContext.Features.Get<QueryToken>() is not { } token || AuthorizationParameter.Find(token.Query, out value));

    private static PresentedToken FromHeader(StringValues authorization)
    {
        if (authorization.Count > 1)
            return new(default, Rejections.AuthorizationRepeated);

        var value = authorization[0] ?? "";
        if (!value.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            return new(default, Rejections.AuthorizationMalformed);

        var token = value.AsMemory(Scheme.Length).Trim(' ');
        return new(token, token.IsEmpty ? Rejections.AuthorizationMalformed : null);
    }

    /// <summary>
    /// The first of that name: RFC 6265, 5.4 sends the one with the longest path first, while one that a neighbour planted
    /// for a whole domain comes later.
    /// </summary>
    private ReadOnlyMemory<char> FindCookie(StringValues headers)
    {
        foreach (var header in headers)
        {
            var rest = header.AsMemory();
            while (!rest.IsEmpty)
            {
                var end = rest.Span.IndexOf(';');
                var pair = (end < 0 ? rest : rest[..end]).Trim(' ');
                rest = end < 0 ? default : rest[(end + 1)..];
                if (pair.Length > _cookieName.Length
                    && pair.Span[_cookieName.Length] == '='
                    && pair.Span.StartsWith(_cookieName, StringComparison.Ordinal))
                {
                    return pair[(_cookieName.Length + 1)..].Trim('"');
                }
            }
        }

        return default;
    }

    /// <summary>
    /// Cross-site request forgery (CWE-352; spec draft 04, Security Considerations): a browser adds the cookie to a form
    /// that any page posts, and tells in these headers which page it was. Requests that tell nothing are refused.
    /// </summary>
    private Rejection? CheckOrigin(HttpRequest request)
    {
        var origin = request.Headers.Origin.ToString();
        if (origin.Length == 0)
        {
            var referer = request.Headers.Referer.ToString();
            if (referer.Length == 0)
                return Rejections.OriginMissing;
            origin = OriginOf(referer);
        }

        return _origins.Contains(origin) ? null : Rejections.OriginNotAllowed(origin);
    }

    /// <summary>Without the path and the query, which may hold a token and would be logged.</summary>
    private static string OriginOf(string referer) =>
        WebOrigin.TryParse(Uri.TryCreate(referer, UriKind.Absolute, out var url) ? url.GetLeftPart(UriPartial.Authority) : "", out var origin) ? origin : "null";
}
