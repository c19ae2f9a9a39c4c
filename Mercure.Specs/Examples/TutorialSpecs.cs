using Mercure.Specs.Browser;
using Xunit;

namespace Mercure.Specs.Examples;

/// <summary>
/// What the reference hub's tutorial (its docs/getting-started.md at v0.7.2) shows for Node.js, in code of ours: a request of the core
/// library, with the form written at once and the token of the tutorial. Its page is in <see cref="EventSourceSpecs"/>.
/// </summary>
public sealed class TutorialSpecs(DemoHubFixture fixture) : IClassFixture<DemoHubFixture>
{
    private const string Publisher = """
        const http = require("http");
        const form = require("querystring").stringify({ topic: "https://example.com/books/1", data: JSON.stringify({ foo: "updated value" }) });
        const hub = new URL(process.env.HUB_URL);
        const request = http.request({
          hostname: hub.hostname,
          port: hub.port,
          path: hub.pathname,
          method: "POST",
          headers: {
            Authorization: `Bearer ${process.env.TOKEN}`,
            "Content-Type": "application/x-www-form-urlencoded",
            "Content-Length": Buffer.byteLength(form),
          },
        }, response => {
          response.setEncoding("utf8");
          response.on("data", body => console.log(response.statusCode, body));
        });
        request.write(form);
        request.end();
        """;

    [Fact]
    public async Task Should_take_what_the_Node_example_sends()
    {
        using var stream = await fixture.Hub.Client.GetStreamAsync("hub?topic=https://example.com/books/%7Bid%7D");
        using var reader = new StreamReader(stream);

        var (_, output) = await CommandLine.RunAsync(
            Path.GetTempPath(), [("HUB_URL", fixture.Hub.HubUrl.AbsoluteUri), ("TOKEN", DemoHub.Token)], "node", "-e", Publisher);

        Assert.StartsWith("200 ", output, StringComparison.Ordinal);
        string? line;
        do
            line = await reader.ReadLineAsync();
        while (line is not null && !line.StartsWith("data:", StringComparison.Ordinal));
        Assert.Equal("data: {\"foo\":\"updated value\"}", line);
    }
}
