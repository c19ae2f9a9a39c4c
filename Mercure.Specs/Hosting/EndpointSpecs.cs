using System.Net;
using Mercure.Specs.Protocol;
using Xunit;

namespace Mercure.Specs.Hosting;

public class EndpointSpecs
{
    [Fact]
    public async Task Should_set_security_headers_on_everything_and_name_no_server()
    {
        await using var host = await RunningHost.StartAsync();

        foreach (var path in new[] { "/", "/healthz", "/no-such", "/hub" })
        {
            using var response = await host.SendAsync(HttpMethod.Get, path);
            Assert.StartsWith("default-src 'self';", response.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
            Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
            Assert.Equal("DENY", response.Headers.GetValues("X-Frame-Options").Single());
            Assert.False(response.Headers.Contains("Server"));
        }
    }

    [Fact]
    public async Task Should_welcome_at_the_root_without_anything_inline()
    {
        await using var host = await RunningHost.StartAsync();

        var page = await host.Client.GetStringAsync(new Uri("/", UriKind.Relative));

        Assert.Contains("https://mercure.rocks/docs", page, StringComparison.Ordinal);
        Assert.DoesNotContain("style=", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<style", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
        using var style = await host.SendAsync(HttpMethod.Get, "/welcome.css");
        Assert.Equal("text/css", style.Content.Headers.ContentType?.MediaType);
    }

    [Theory]
    [InlineData(false, "/hub")]
    [InlineData(true, "/.well-known/mercure")]
    public async Task Should_say_in_the_welcome_where_the_hub_is(bool servesBoth, string path)
    {
        await using var hub = await new HubFixture { Settings = servesBoth ? HubFixture.Both : HubFixture.Default }.StartedAsync();

        var page = await hub.Client.GetStringAsync(new Uri(hub.Url, "/"));

        Assert.Contains($"<code>{path}</code>", page, StringComparison.Ordinal);
        Assert.Contains($"new EventSource(\n  \"{path}?topic=", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Should_answer_304_to_who_has_the_page()
    {
        await using var host = await RunningHost.StartAsync();
        using var first = await host.SendAsync(HttpMethod.Get, "/");

        using var second = await host.SendAsync(HttpMethod.Get, "/", ("If-None-Match", first.Headers.ETag!.Tag));

        Assert.Equal(HttpStatusCode.NotModified, second.StatusCode);
    }

    [Fact]
    public async Task Should_send_a_head_without_a_body()
    {
        await using var host = await RunningHost.StartAsync();

        using var response = await host.SendAsync(HttpMethod.Head, "/");

        Assert.True(response.Content.Headers.ContentLength > 0);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync());
    }

    [Theory]
    [InlineData("/no-such")]
    [InlineData("/.well-known/mercure")]
    public async Task Should_say_where_the_hub_is_when_nothing_is_found(string path)
    {
        await using var host = await RunningHost.StartAsync();

        using var response = await host.SendAsync(HttpMethod.Get, path);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("text/plain", response.Content.Headers.ContentType?.MediaType);
        Assert.Contains("/hub", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/healthz")]
    public async Task Should_name_the_methods_that_a_page_takes(string path)
    {
        await using var host = await RunningHost.StartAsync();

        using var refused = await host.SendAsync(HttpMethod.Post, path);
        using var options = await host.SendAsync(HttpMethod.Options, path);

        Assert.Equal(HttpStatusCode.MethodNotAllowed, refused.StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, options.StatusCode);
        Assert.Equal(["GET", "HEAD"], refused.Content.Headers.Allow);
        Assert.Equal(["GET", "HEAD"], options.Content.Headers.Allow);
    }

    [Fact]
    public async Task Should_hand_requests_to_the_generation_that_claims_them()
    {
        await using var host = await RunningHost.StartAsync();

        Assert.Equal("generation", await host.Client.GetStringAsync(new Uri("/hub?topic=a", UriKind.Relative)));
    }

    [Fact]
    public async Task Should_be_healthy_while_the_hub_is()
    {
        await using var host = await RunningHost.StartAsync();

        Assert.Equal("{\"status\":\"ok\"}\n", await host.Client.GetStringAsync(new Uri("/healthz", UriKind.Relative)));
    }

    [Fact]
    public async Task Should_tell_why_a_publish_would_fail()
    {
        await using var host = await RunningHost.StartAsync();
        host.Hub.Reason = "the \"disk\" is full";

        using var response = await host.SendAsync(HttpMethod.Get, "/healthz");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        using var body = System.Text.Json.JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        Assert.Equal("the \"disk\" is full", body.RootElement.GetProperty("reason").GetString());
    }

    [Fact]
    public async Task Should_ask_the_hub_once_for_many_health_checks()
    {
        await using var host = await RunningHost.StartAsync();

        await Task.WhenAll(Enumerable.Range(0, 20).Select(async _ => (await host.SendAsync(HttpMethod.Get, "/healthz")).Dispose()));

        Assert.InRange(host.Hub.Checks, 1, 3);
    }
}
