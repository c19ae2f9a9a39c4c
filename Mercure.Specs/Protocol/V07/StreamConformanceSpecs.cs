using System.Buffers.Binary;
using System.IO.Compression;
using System.Net;
using Mercure.Http.Settings;
using Mercure.Specs.Tokens;
using Xunit;

namespace Mercure.Specs.Protocol.V07;

/// <summary>How long a stream lives, and what surrounds it: heartbeats, its end, HTTP/2 and other origins.</summary>
public sealed class StreamConformanceSpecs
{
    private const string Page = "https://page.example";

    // RFC 9113, 8.2.2: no Connection header
    [Theory]
    [InlineData("identity")]
    [InlineData("gzip")]
    public async Task Should_speak_HTTP_2(string coding)
    {
        // With TLS: Kestrel takes no prior knowledge where it also speaks HTTP/1.1
        await using var own = await new HubFixture { IsSecure = true }.StartedAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(own.Url, "?topic=t"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        request.Headers.Add("Accept-Encoding", coding);
        using var response = await own.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var events = await EventStream.OfAsync(response);

        Assert.Equal(HttpVersion.Version20, response.Version);
        Assert.False(response.Headers.NonValidated.Contains("Connection"));
        Assert.Equal(":", await events.LineAsync());
        await own.MustPublishAsync(("topic", "t"), ("data", "x"));
        Assert.Equal("x", (await events.NextAsync())!.Data);
        await own.StopAsync();
        Assert.Null(await events.NextAsync());
    }

    // HTML, server-sent events, 9.2.7: comments keep proxies from closing a quiet connection
    [Theory]
    [InlineData("identity")]
    [InlineData("gzip")]
    public async Task Should_send_heartbeats_between_updates(string coding)
    {
        var settings = HubFixture.Default with { Streams = HubFixture.Default.Streams with { HeartbeatInterval = TimeSpan.FromMilliseconds(160) } };
        await using var own = await new HubFixture { Settings = settings }.StartedAsync();
        using var response = await own.SubscribeAsync("?topic=t", ("Accept-Encoding", coding));
        using var events = await EventStream.OfAsync(response);

        // Each with an empty line: who splits at empty lines does not take it for a part of the next event
        for (var heartbeats = 0; heartbeats < 4; heartbeats++)
            Assert.Equal((":", ""), (await events.LineAsync(), await events.LineAsync()));
        await own.MustPublishAsync(("topic", "t"), ("data", "x"));
        Assert.Equal("x", (await events.NextAsync())!.Data);
        Assert.Equal(":", await events.LineAsync());
    }

    [Fact]
    public async Task Should_send_no_heartbeats_when_the_interval_is_zero()
    {
        await using var own = await new HubFixture().StartedAsync();
        using var response = await own.SubscribeAsync("?topic=t");
        using var text = new GrowingText(await response.Content.ReadAsStreamAsync());
        await own.MustPublishAsync(("topic", "t"), ("data", "x"), ("id", "1"));
        await own.StopAsync();

        Assert.Equal(":\n\nid: 1\ndata: x\n\n"u8.ToArray(), await text.ToEndAsync());
    }

    [Fact]
    public async Task Should_end_the_stream_after_the_write_timeout()
    {
        await using var own = await new HubFixture { Settings = WithTimeout(TimeSpan.FromSeconds(2)) }.StartedAsync();
        using var response = await own.SubscribeAsync("?topic=t");
        using var events = await EventStream.OfAsync(response);

        Assert.Null(await events.NextAsync());
    }

    // The earlier of the two ends it
    [Theory]
    [InlineData(4, 600)]
    [InlineData(600, 2)]
    public async Task Should_end_the_stream_with_the_token_or_the_timeout_whichever_is_first(int token, int timeout)
    {
        await using var own = await new HubFixture { Settings = WithTimeout(TimeSpan.FromSeconds(timeout)) }.StartedAsync();
        var expiry = TimeProvider.System.GetUtcNow().AddSeconds(token).ToUnixTimeSeconds();
        using var response = await own.SubscribeAsync("?topic=t", ("Authorization", $"Bearer {TestTokens.Hmac($$"""{"exp":{{expiry}}}""")}"));
        using var events = await EventStream.OfAsync(response);

        Assert.Null(await events.NextAsync());
    }

    // RFC 1952, 2.3.1: an end in time is a proper end, so that no client takes it for a broken stream
    [Fact]
    public async Task Should_end_a_compressed_stream_with_its_trailer_when_the_token_expires()
    {
        await using var own = await new HubFixture().StartedAsync();
        var expiry = TimeProvider.System.GetUtcNow().AddSeconds(5).ToUnixTimeSeconds();
        var token = TestTokens.Hmac($$$"""{"exp":{{{expiry}}},"mercure":{"subscribe":["a"]}}""");
        using var response = await own.SubscribeAsync("?topic=t", ("Authorization", $"Bearer {token}"), ("Accept-Encoding", "gzip"));
        await own.MustPublishAsync(("topic", "t"), ("data", "x"), ("target", "a"), ("id", "1"));

        var stream = await response.Content.ReadAsByteArrayAsync();
        using var plain = new StreamReader(new GZipStream(new MemoryStream(stream), CompressionMode.Decompress));

        Assert.Equal(":\n\nid: 1\ndata: x\n\n", await plain.ReadToEndAsync());
        Assert.Equal(18u, BinaryPrimitives.ReadUInt32LittleEndian(stream.AsSpan(^4..)));
    }

    // Fetch, CORS protocol: a page of another origin reads private updates with its cookie
    [Fact]
    public async Task Should_let_a_page_of_an_allowed_origin_read_with_its_cookie()
    {
        await using var own = await new HubFixture { Settings = WithOrigin(Page) }.StartedAsync();
        using var response = await own.SubscribeAsync(
            "?topic=t", ("Origin", Page), ("Cookie", $"mercureAuthorization={TestTokens.Subscriber("a")}"), ("Accept-Encoding", "gzip"));
        using var events = await EventStream.OfAsync(response);
        await own.MustPublishAsync(("topic", "t"), ("data", "secret"), ("target", "a"));

        Assert.Equal(Page, response.Headers.GetValues("Access-Control-Allow-Origin").Single());
        Assert.Equal("true", response.Headers.GetValues("Access-Control-Allow-Credentials").Single());
        Assert.Equal(["Accept-Encoding", "Origin"], response.Headers.Vary.Order(StringComparer.Ordinal));
        Assert.Equal("secret", (await events.NextAsync())!.Data);
    }

    // Without the headers its browser keeps everything from the page, refusals too
    [Fact]
    public async Task Should_tell_an_allowed_origin_why_it_is_refused_and_another_nothing()
    {
        await using var own = await new HubFixture { Settings = WithOrigin(Page) }.StartedAsync();
        using var allowed = await own.SubscribeAsync("", ("Origin", Page));
        using var other = await own.SubscribeAsync("?topic=t", ("Origin", "https://other.example"));

        Assert.Equal(HttpStatusCode.BadRequest, allowed.StatusCode);
        Assert.Equal(Page, allowed.Headers.GetValues("Access-Control-Allow-Origin").Single());
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
        Assert.False(other.Headers.Contains("Access-Control-Allow-Origin"));
        Assert.False(other.Headers.Contains("Access-Control-Allow-Credentials"));
    }

    [Fact]
    public async Task Should_carry_the_security_headers_on_the_stream()
    {
        await using var own = await new HubFixture().StartedAsync();
        using var response = await own.SubscribeAsync("?topic=t");

        Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal("DENY", response.Headers.GetValues("X-Frame-Options").Single());
        Assert.True(response.Headers.Contains("Content-Security-Policy"));
    }

    private static HubSettings WithTimeout(TimeSpan timeout) =>
        HubFixture.Default with { Listen = HubFixture.Default.Listen with { WriteTimeout = timeout } };

    private static HubSettings WithOrigin(string origin) =>
        HubFixture.Default with { Listen = HubFixture.Default.Listen with { CorsAllowedOrigins = [origin] } };
}
