using System.Net;
using Mercure.Specs.Hardening;
using Mercure.Specs.Processes;
using Mercure.Specs.Protocol;
using Xunit;

namespace Mercure.Specs.Hosting;

/// <summary>What the HTTP server refuses before the hub sees it is refused like everything else: with a reason, for pages too, and in the log.</summary>
public sealed class ServerRefusalSpecs(ServerRefusalSpecs.Hub hub) : IClassFixture<ServerRefusalSpecs.Hub>
{
    private const string Page = "https://page.example";
    private const string Origin = $"Origin: {Page}\r\n";

    public static TheoryData<string, int, string> Requests => new()
    {
        { $"GET /\0 HTTP/1.1\r\n{Origin}\r\n", 400, "Invalid request line." },
        { $"GET /%00 HTTP/1.1\r\nHost: h\r\n{Origin}\r\n", 400, "Invalid request target." },
        { $"GET /a b HTTP/1.1\r\nHost: h\r\n{Origin}\r\n", 400, "Invalid request line." },
        { $"GET\r\n{Origin}\r\n", 400, "Invalid request line." },
        { $"G{'\xe9'}T / HTTP/1.1\r\nHost: h\r\n{Origin}\r\n", 400, "Invalid request line." },
        { $"GET / HTTP/1.1\r\n{Origin}\r\n", 400, "Request is missing Host header." },
        { $"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n{Origin}\r\n", 400, "Multiple Host headers." },
        { $"GET / HTTP/1.1\r\nHost: a/b\r\n{Origin}\r\n", 400, "Invalid Host header." },
        { $"GET / HTTP/1.1\r\nHost: h\r\nX : a\r\n{Origin}\r\n", 400, "Invalid request header." },
        { $"GET / HTTP/1.1\r\n{Origin}Host: h\r\nX: a\0\r\n\r\n", 400, "Malformed request: invalid headers." },
        { $"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: x\r\n{Origin}\r\n", 400, "Invalid content length." },
        { $"GET / HTTP/3.0\r\nHost: h\r\n{Origin}\r\n", 505, "another version than HTTP/1.1" },
        { $"CONNECT / HTTP/1.1\r\nHost: h\r\n{Origin}X: {new string('a', 70_000)}\r\n\r\n", 431, "more than 65536 bytes" },
        { $"GET /{new string('a', 512_000)} HTTP/1.1\r\nHost: h\r\n\r\n", 414, "longer than 512000 bytes" },
        { $"GET / HTTP/1.1\r\nHost: h\r\n{Origin}X-Slow: ", 408, "not received in time" },
    };

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task Should_say_why(string request, int status, string reason)
    {
        var answer = await RawClient.ExchangeAsync(hub.Url, request);

        Assert.Equal([status], answer.Statuses);
        Assert.Contains(reason, answer.Text, StringComparison.Ordinal);
        Assert.Contains("Connection: close\r\n", answer.Text, StringComparison.Ordinal);
        Assert.Contains("X-Content-Type-Options: nosniff\r\n", answer.Text, StringComparison.Ordinal);
        Assert.Equal(request.Contains(Origin, StringComparison.Ordinal), answer.Text.Contains($"Access-Control-Allow-Origin: {Page}\r\n", StringComparison.Ordinal));
        await Eventually.IsTrueAsync(() => Task.FromResult(hub.Logs.Lines.Any(line =>
            line.StartsWith($"Request refused ({status}) from 127.0.0.1: ", StringComparison.Ordinal) && line.Contains(reason, StringComparison.Ordinal))));
        Assert.DoesNotContain(hub.Logs.Lines, static line => line.Contains("xception", StringComparison.Ordinal));
    }

    // A refusal ends the connection, and comes behind the answers to what stood before it
    [Fact]
    public async Task Should_answer_what_precedes_a_refusal()
    {
        var answer = await RawClient.ExchangeAsync(hub.Url, "GET /healthz/live HTTP/1.1\r\nHost: h\r\n\r\nGET / HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n");

        Assert.Equal([200, 400], answer.Statuses);
    }

    [Fact]
    public async Task Should_send_no_body_to_HEAD()
    {
        var answer = await RawClient.ExchangeAsync(hub.Url, "HEAD / HTTP/1.1\r\n\r\n");

        Assert.Equal(400, answer.Status);
        Assert.EndsWith("\r\n\r\n", answer.Text, StringComparison.Ordinal);
    }

    // RFC 9113, 3.4: a client that begins with HTTP/2 where there is none gets a frame that says so, and no text
    [Fact]
    public async Task Should_leave_the_answer_to_HTTP2_to_the_server()
    {
        var answer = await RawClient.ExchangeAsync(hub.Url, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");

        Assert.Empty(answer.Statuses);
    }

    [Fact]
    public async Task Should_say_why_over_TLS()
    {
        await using var secure = await new HubFixture { IsSecure = true }.StartedAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, secure.Url);
        request.Headers.TryAddWithoutValidation("Host", ["a", "b"]);

        using var response = await secure.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("Invalid Host header.\n", await response.Content.ReadAsStringAsync());
    }

    /// <summary>Where pages of one origin may read, and a request has a second to arrive.</summary>
    public sealed class Hub : HubFixture
    {
        public Hub() => Settings = Default with
        {
            Listen = Default.Listen with { ReadTimeout = TimeSpan.FromSeconds(1), CorsAllowedOrigins = [Page] },
        };
    }
}
