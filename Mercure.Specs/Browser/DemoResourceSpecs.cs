using System.Net;
using Mercure.Specs.Hosting;
using Xunit;

namespace Mercure.Specs.Browser;

/// <summary>The resources below <c>/demo/</c>, which a request makes up.</summary>
public sealed class DemoResourceSpecs
{
    [Theory]
    [InlineData("/demo/foo.jsonld", "application/ld+json")]
    [InlineData("/demo/foo/bar.json", "application/json")]
    [InlineData("/demo/foo/bar.xml", "application/xml")]
    [InlineData("/demo/foo.html", "text/html")]
    [InlineData("/demo/foo", "text/plain")]
    [InlineData("/demo/", "text/plain")]
    public async Task Should_announce_the_hub_and_itself(string path, string type)
    {
        await using var host = await RunningHost.StartAsync(("DEMO", "1"));

        using var response = await host.SendAsync(HttpMethod.Get, $"{path}?body=%3Chello%2F%3E");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(["</hub>; rel=\"mercure\"", $"<{path}>; rel=\"self\""], response.Headers.GetValues("Link"));
        Assert.Equal(type, response.Content.Headers.ContentType?.MediaType);
        Assert.Equal("<hello/>", await response.Content.ReadAsStringAsync());
    }

    // One Link and one cookie for each generation that is served, the newest first
    [Fact]
    public async Task Should_announce_the_hub_of_every_generation()
    {
        await using var host = await RunningHost.StartAsync(
            ("DEMO", "1"), ("MERCURE_PUBLISHER_JWT_KEY", "other"), ("MERCURE_SUBSCRIBER_JWT_KEY", "other"), ("MERCURE_V010_COOKIE_NAME", "own"));
        using var response = await host.SendAsync(HttpMethod.Get, "/demo/foo?jwt=a.b.c");

        Assert.Equal(["</.well-known/mercure>; rel=\"mercure\"", "</hub>; rel=\"mercure\"", "</demo/foo>; rel=\"self\""], response.Headers.GetValues("Link"));
        Assert.Equal(
            ["own=a.b.c; path=/.well-known/mercure; samesite=strict; httponly", "mercureAuthorization=a.b.c; path=/hub; samesite=strict; httponly"],
            response.Headers.GetValues("Set-Cookie"));
    }

    [Fact]
    public async Task Should_send_a_head_without_a_body()
    {
        await using var host = await RunningHost.StartAsync(("DEMO", "1"));

        using var response = await host.SendAsync(HttpMethod.Head, "/demo/foo.jsonld?body=hello");

        Assert.Equal(2, response.Headers.GetValues("Link").Count());
        Assert.Equal(5, response.Content.Headers.ContentLength);
    }

    [Fact]
    public async Task Should_set_the_cookie_from_the_token_and_delete_it_without()
    {
        await using var host = await RunningHost.StartAsync(("DEMO", "1"));

        using var with = await host.SendAsync(HttpMethod.Get, "/demo/foo?jwt=aa.bb.c-_");
        using var without = await host.SendAsync(HttpMethod.Get, "/demo/foo");

        Assert.Equal("mercureAuthorization=aa.bb.c-_; path=/hub; samesite=strict; httponly", with.Headers.GetValues("Set-Cookie").Single());
        Assert.StartsWith(
            "mercureAuthorization=; expires=Thu, 01 Jan 1970", without.Headers.GetValues("Set-Cookie").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Should_keep_the_cookie_to_TLS_where_there_is_TLS()
    {
        await using var host = await RunningHost.StartAsync(("DEMO", "1"), ("USE_FORWARDED_HEADERS", "1"));

        using var response = await host.SendAsync(HttpMethod.Get, "/demo/foo?jwt=aa.bb.cc", ("X-Forwarded-Proto", "https"));

        Assert.Contains("; secure;", response.Headers.GetValues("Set-Cookie").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Should_not_name_the_token_as_part_of_the_topic()
    {
        await using var host = await RunningHost.StartAsync(("DEMO", "1"));

        using var response = await host.SendAsync(HttpMethod.Get, "/demo/foo?jwt=aa.bb.cc&page=2&body=x");

        Assert.Equal("</demo/foo?page=2>; rel=\"self\"", response.Headers.GetValues("Link").Last());
    }

    [Theory]
    // CWE-113, HTTP response splitting, by way of the cookie
    [InlineData("/demo/x?jwt=a%0D%0ASet-Cookie:%20b=c", HttpStatusCode.BadRequest)]
    // … and further attributes of the cookie
    [InlineData("/demo/x?jwt=a;%20Domain=example.com", HttpStatusCode.BadRequest)]
    // By way of the link: line ends, and links of the attacker's own (RFC 8288, 3)
    [InlineData("/demo/x?q=%0D%0ASet-Cookie:%20b=c", HttpStatusCode.OK)]
    [InlineData("/demo/x?q=>;%20rel=self,%20<http://evil.example>;%20rel=mercure", HttpStatusCode.OK)]
    [InlineData("/demo/x%3E%3B%20rel=self,%3Chttp:evil%3E%3B%20rel=mercure", HttpStatusCode.OK)]
    public async Task Should_let_nobody_write_headers(string url, HttpStatusCode status)
    {
        await using var host = await RunningHost.StartAsync(("DEMO", "1"));

        using var response = await host.SendAsync(HttpMethod.Get, url);

        Assert.Equal(status, response.StatusCode);
        if (status == HttpStatusCode.OK)
        {
            var self = response.Headers.GetValues("Link").Last();
            Assert.Single(self, '<');
            Assert.Single(self, '>');
            Assert.DoesNotContain(" rel=mercure", self, StringComparison.Ordinal);
            Assert.StartsWith("mercureAuthorization=;", response.Headers.GetValues("Set-Cookie").Single(), StringComparison.Ordinal);
        }
        else
        {
            Assert.False(response.Headers.Contains("Set-Cookie"));
        }
    }

    /// <summary>CWE-79: the content is the request's, and may come from a link that somebody was sent.</summary>
    [Theory]
    [InlineData("/demo/x.html")]
    [InlineData("/demo/x.svg")]
    [InlineData("/demo/x.xml")]
    [InlineData("/demo/x.js")]
    [InlineData("/demo/x.css")]
    public async Task Should_serve_nothing_that_could_act_as_the_hub(string path)
    {
        await using var host = await RunningHost.StartAsync(("DEMO", "1"));

        using var response = await host.SendAsync(HttpMethod.Get, $"{path}?body=alert(1)");

        Assert.StartsWith("sandbox; default-src 'none'", response.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.DoesNotContain("script", response.Content.Headers.ContentType!.MediaType, StringComparison.Ordinal);
        Assert.NotEqual("text/css", response.Content.Headers.ContentType.MediaType);
    }

    [Fact]
    public async Task Should_refuse_other_methods()
    {
        await using var host = await RunningHost.StartAsync(("DEMO", "1"));

        using var response = await host.SendAsync(HttpMethod.Post, "/demo/x");

        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
    }

    [Fact]
    public async Task Should_not_be_there_when_the_demo_is_off()
    {
        await using var host = await RunningHost.StartAsync();

        using var resource = await host.SendAsync(HttpMethod.Get, "/demo/foo.jsonld");
        using var script = await host.SendAsync(HttpMethod.Get, "/demo.js");

        Assert.Equal(HttpStatusCode.NotFound, resource.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, script.StatusCode);
    }

    [Fact]
    public async Task Should_come_with_debug()
    {
        await using var host = await RunningHost.StartAsync(("DEBUG", "1"));

        using var response = await host.SendAsync(HttpMethod.Get, "/demo.js");

        Assert.Equal("text/javascript", response.Content.Headers.ContentType?.MediaType);
    }
}
