using System.Net;
using Xunit;

namespace Mercure.Specs.Hosting;

public class CorsSpecs
{
    private const string Page = "https://page.example";

    [Theory]
    [InlineData("*")]
    [InlineData("https://other.example " + Page)]
    public async Task Should_let_an_allowed_origin_in_with_its_cookies(string allowed)
    {
        await using var host = await RunningHost.StartAsync(("CORS_ALLOWED_ORIGINS", allowed));

        using var response = await host.SendAsync(HttpMethod.Get, "/hub", ("Origin", Page));

        Assert.Equal(Page, response.Headers.GetValues("Access-Control-Allow-Origin").Single());
        Assert.Equal("true", response.Headers.GetValues("Access-Control-Allow-Credentials").Single());
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
}
