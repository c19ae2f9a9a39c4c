using Mercure.Specs.Hardening;
using Xunit;

namespace Mercure.Specs.Hosting;

/// <summary>Methods are case-sensitive (RFC 9110, 9.1), wherever a request goes.</summary>
public sealed class MethodSpecs(MethodSpecs.Hub hub) : IClassFixture<MethodSpecs.Hub>
{
    private const string HubMethods = "GET, HEAD, POST, OPTIONS";

    [Theory]
    [InlineData("pOST", "/hub", HubMethods)]
    [InlineData("Post", "/.well-known/mercure", HubMethods)]
    [InlineData("get", "/hub?topic=t", HubMethods)]
    [InlineData("hEAD", "/.well-known/mercure?topic=t", HubMethods)]
    [InlineData("options", "/hub", HubMethods)]
    [InlineData("PUBLISH", "/hub", HubMethods)]
    [InlineData("get", "/.well-known/mercure/subscriptions", "GET, HEAD")]
    [InlineData("Get", "/healthz", "GET, HEAD")]
    [InlineData("hEAD", "/healthz/ready", "GET, HEAD")]
    [InlineData("head", "/healthz/live", "GET, HEAD")]
    [InlineData("hEAD", "/", "GET, HEAD")]
    [InlineData("gET", "/demo/a.html", "GET, HEAD")]
    public async Task Should_refuse_a_method_that_is_spelled_otherwise(string method, string path, string allowed)
    {
        var body = $"topic=t&data={method}";
        var answer = await RawClient.ExchangeAsync(
            hub.Url,
            $"{method} {path} HTTP/1.1\r\nHost: h\r\nOrigin: https://example.com\r\nAccess-Control-Request-Method: POST\r\nConnection: close\r\n"
            + $"Authorization: Bearer {hub.PublisherToken}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {body.Length}\r\n\r\n{body}");

        Assert.Equal([405], answer.Statuses);
        Assert.Contains($"Allow: {allowed}\r\n", answer.Text, StringComparison.Ordinal);
        hub.AssertNoFailure();
    }

    /// <summary>Everything that has a URL is served.</summary>
    public sealed class Hub : AttackedHub
    {
        public Hub() => Settings = Settings with { V010 = Settings.V010! with { Subscriptions = true } };
    }
}
