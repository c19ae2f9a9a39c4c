using Mercure.Http.Protocol;
using Mercure.Http.Tokens;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Mercure.Specs.Tokens;

/// <summary>Spec draft 04, Authorization (where the token is) and Security Considerations (forged requests).</summary>
public sealed class TokenSourceSpecs
{
    [Theory]
    [InlineData("Bearer abc", "abc")]
    [InlineData("bearer abc", "abc")]
    [InlineData("BEARER  abc", "abc")]
    public void Should_read_the_header_whatever_the_case_of_its_scheme(string header, string token) =>
        Assert.Equal(token, Find(authorization: [header]).Text.ToString());

    [Theory]
    [InlineData("")]
    [InlineData("Bearer")]
    [InlineData("Bearer ")]
    [InlineData("Basic abc")]
    [InlineData("abc")]
    [InlineData("Bearerabc")]
    public void Should_refuse_another_header_even_with_a_good_cookie(string header) =>
        Assert.Equal(Rejections.AuthorizationMalformed, Find(authorization: [header], cookie: "mercureAuthorization=abc").Rejection);

    [Fact]
    public void Should_refuse_two_headers() =>
        Assert.Equal(Rejections.AuthorizationRepeated, Find(authorization: ["Bearer a", "Bearer a"]).Rejection);

    [Fact]
    public void Should_ignore_the_cookie_when_there_is_a_header() =>
        Assert.Equal("abc", Find(authorization: ["Bearer abc"], cookie: "mercureAuthorization=other").Text.ToString());

    [Theory]
    [InlineData("mercureAuthorization=abc", "abc")]
    [InlineData("a=b; mercureAuthorization=abc; c=d", "abc")]
    [InlineData("a=b;mercureAuthorization=\"abc\"", "abc")]
    [InlineData("mercureAuthorization=first; mercureAuthorization=second", "first")]
    [InlineData("xmercureAuthorization=abc", "")]
    [InlineData("mercureAuthorizationx=abc", "")]
    [InlineData("mercureauthorization=abc", "")]
    [InlineData("mercureAuthorization", "")]
    [InlineData("mercureAuthorization=", "")]
    [InlineData(";;= ;", "")]
    public void Should_read_the_cookie_when_there_is_no_header(string cookie, string token)
    {
        var found = Find(cookie: cookie);
        Assert.Equal(token, found.Text.ToString());
        Assert.Equal(token.Length == 0, found.IsAbsent);
    }

    [Theory]
    [InlineData("https://example.com", null, true)]
    [InlineData("https://EXAMPLE.com", null, false)]
    [InlineData("https://example.com.evil.test", null, false)]
    [InlineData("https://evil.test", "https://example.com/", false)]
    [InlineData("http://example.com", null, false)]
    [InlineData("https://example.com:444", null, false)]
    [InlineData("null", null, false)]
    [InlineData(null, "https://example.com/page?x=y", true)]
    [InlineData(null, "https://example.com:443/page", true)]
    [InlineData(null, "https://evil.test/https://example.com/", false)]
    [InlineData(null, "https://example.com@evil.test/", false)]
    [InlineData(null, "//example.com/", false)]
    public void Should_let_only_pages_of_allowed_origins_publish_with_the_cookie(string? origin, string? referer, bool isAllowed)
    {
        var found = Find(cookie: "mercureAuthorization=abc", method: "POST", origin: origin, referer: referer, allowed: ["https://example.com"]);

        Assert.Equal(isAllowed, found.Rejection is null);
        if (!isAllowed)
            Assert.Equal(Rejections.OriginNotAllowed(origin: null).Reason, found.Rejection!.Reason);
    }

    [Theory]
    [InlineData("https://app.example.com", null, true)]
    [InlineData(null, "https://app.example.com/page", true)]
    [InlineData("http://localhost:5173", null, true)]
    [InlineData("https://example.com", null, false)]
    [InlineData("https://a.b.example.com", null, false)]
    [InlineData(null, "https://evil.test/?.example.com", false)]
    public void Should_let_pages_publish_whose_origin_fits_a_pattern(string? origin, string? referer, bool isAllowed) => Assert.Equal(
        isAllowed,
        Find(cookie: "mercureAuthorization=abc", method: "POST", origin: origin, referer: referer, allowed: ["https://*.example.com", "http://localhost:*"]).Rejection is null);

    [Fact]
    public void Should_refuse_the_cookie_when_nothing_tells_the_origin() =>
        Assert.Equal(Rejections.OriginMissing, Find(cookie: "mercureAuthorization=abc", method: "POST", allowed: ["https://example.com"]).Rejection);

    // The setting refuses it; a list that holds it all the same means an origin of that name, which no page has
    [Fact]
    public void Should_take_a_star_for_no_origin() =>
        Assert.NotNull(Find(cookie: "mercureAuthorization=abc", method: "POST", origin: "https://any.test", allowed: ["*"]).Rejection);

    [Fact]
    public void Should_not_ask_for_an_origin_when_the_token_is_in_the_header() =>
        Assert.Null(Find(authorization: ["Bearer abc"], method: "POST").Rejection);

    private static PresentedToken Find(
        string[]? authorization = null,
        string? cookie = null,
        string method = "GET",
        string? origin = null,
        string? referer = null,
        string[]? allowed = null)
    {
        var request = new DefaultHttpContext().Request;
        request.Method = method;
        if (authorization is not null)
            request.Headers.Authorization = authorization;
        if (cookie is not null)
            request.Headers.Cookie = cookie;
        if (origin is not null)
            request.Headers.Origin = origin;
        if (referer is not null)
            request.Headers.Referer = referer;
        return new TokenSource(allowed ?? []).Find(request);
    }
}
