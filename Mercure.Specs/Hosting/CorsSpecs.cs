using System.Net;
using Mercure.Http.Hosting;
using Mercure.Specs.Settings;
using Xunit;

namespace Mercure.Specs.Hosting;

/// <summary>Fetch standard, CORS protocol.</summary>
public class CorsSpecs
{
    private const string Page = "https://page.example";

    [Theory]
    [InlineData("https://other.example " + Page, Page)]
    [InlineData("* " + Page, Page)]
    [InlineData("https://*.page.example", "https://app.page.example")]
    [InlineData("http://localhost:*", "http://localhost:5173")]
    public async Task Should_let_a_listed_origin_in_with_its_cookies(string allowed, string origin)
    {
        await using var host = await RunningHost.StartAsync(("CORS_ALLOWED_ORIGINS", allowed));

        using var response = await host.SendAsync(HttpMethod.Get, "/hub", ("Origin", origin));

        Assert.Equal(origin, response.Headers.GetValues("Access-Control-Allow-Origin").Single());
        Assert.Equal("true", response.Headers.GetValues("Access-Control-Allow-Credentials").Single());
        Assert.Equal(["Origin"], response.Headers.Vary);
    }

    // CWE-942: any page could read what its visitor's cookie opens. The answer is the same for all, so that it varies by nothing
    [Theory]
    [InlineData("https://evil.test")]
    [InlineData("null")]
    [InlineData(null)]
    public async Task Should_let_every_origin_in_without_cookies_by_a_star(string? origin)
    {
        await using var host = await RunningHost.StartAsync(("CORS_ALLOWED_ORIGINS", "*"));
        (string, string)[] headers = origin is null ? [] : [("Origin", origin)];

        using var response = await host.SendAsync(HttpMethod.Get, "/hub", headers);
        using var missing = await host.SendAsync(HttpMethod.Get, "/nowhere", headers);
        using var preflight = await host.SendAsync(HttpMethod.Options, "/hub", [("Access-Control-Request-Method", "POST"), .. headers]);

        Assert.All([response, missing, preflight], answer =>
        {
            Assert.Equal("*", answer.Headers.GetValues("Access-Control-Allow-Origin").Single());
            Assert.False(answer.Headers.Contains("Access-Control-Allow-Credentials"));
            Assert.Contains("Last-Event-ID", answer.Headers.GetValues("Access-Control-Expose-Headers").Single(), StringComparison.Ordinal);
            Assert.Empty(answer.Headers.Vary);
        });
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
        Assert.Equal(origin is not null, preflight.Headers.Contains("Access-Control-Allow-Methods"));
    }

    [Fact]
    public async Task Should_let_others_in_without_cookies_where_a_star_stands_beside_a_list()
    {
        await using var host = await RunningHost.StartAsync(("CORS_ALLOWED_ORIGINS", $"* {Page}"));

        using var response = await host.SendAsync(HttpMethod.Get, "/hub", ("Origin", "https://evil.test"));

        Assert.Equal("*", response.Headers.GetValues("Access-Control-Allow-Origin").Single());
        Assert.False(response.Headers.Contains("Access-Control-Allow-Credentials"));
        Assert.Equal(["Origin"], response.Headers.Vary);
    }

    [Theory]
    [InlineData("https://page.example.evil")]
    [InlineData("http://page.example")]
    [InlineData("null")]
    public async Task Should_tell_other_origins_nothing(string origin)
    {
        await using var host = await RunningHost.StartAsync(("CORS_ALLOWED_ORIGINS", Page));

        using var response = await host.SendAsync(HttpMethod.Options, "/hub", ("Origin", origin), ("Access-Control-Request-Method", "POST"));

        Assert.DoesNotContain(response.Headers, header => header.Key.StartsWith("Access-Control", StringComparison.Ordinal));
        Assert.Equal(["Origin"], response.Headers.Vary);
    }

    [Fact]
    public async Task Should_answer_a_preflight()
    {
        await using var host = await RunningHost.StartAsync(("CORS_ALLOWED_ORIGINS", Page));

        using var response = await host.SendAsync(
            HttpMethod.Options, "/hub", ("Origin", Page), ("Access-Control-Request-Method", "POST"), ("Access-Control-Request-Headers", "authorization"));

        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        Assert.Equal("GET, HEAD, POST", response.Headers.GetValues("Access-Control-Allow-Methods").Single());
        Assert.Equal(
            "authorization, cache-control, last-event-id, content-type", response.Headers.GetValues("Access-Control-Allow-Headers").Single());
    }

    [Fact]
    public async Task Should_have_no_cors_headers_unless_configured()
    {
        await using var host = await RunningHost.StartAsync();

        using var response = await host.SendAsync(HttpMethod.Get, "/hub", ("Origin", Page));

        Assert.DoesNotContain(response.Headers, header => header.Key.StartsWith("Access-Control", StringComparison.Ordinal));
        Assert.Empty(response.Headers.Vary);
    }

    // The start says that the cookies, which these settings are about, won't come
    [Theory]
    [InlineData(true, "*", "PUBLISH_ALLOWED_ORIGINS", Page)]
    [InlineData(true, "*", "MERCURE_V010_COOKIE_NAME", "other")]
    [InlineData(true, "*", "ALLOW_ANONYMOUS", "0")]
    [InlineData(false, "*", "ALLOW_ANONYMOUS", "1")]
    [InlineData(false, "* " + Page, "PUBLISH_ALLOWED_ORIGINS", Page)]
    [InlineData(false, Page, "ALLOW_ANONYMOUS", "0")]
    public void Should_know_when_a_star_meets_cookies(bool ignores, string allowed, string name, string value)
    {
        (string, string)[] keys = [("MERCURE_PUBLISHER_JWT_KEY", new string('k', 32)), ("MERCURE_SUBSCRIBER_JWT_KEY", new string('k', 32))];
        (string, string)[] anonymous = name == "ALLOW_ANONYMOUS" ? [] : [("ALLOW_ANONYMOUS", "1")];

        Assert.Equal(ignores, Cors.IgnoresCookies(Loading.Load([("CORS_ALLOWED_ORIGINS", allowed), (name, value), .. keys, .. anonymous])));
    }
}
