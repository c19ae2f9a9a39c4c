using System.Diagnostics;
using System.Text.Json;
using Mercure.Http.Settings;
using Mercure.Specs.Browser;
using Mercure.Specs.Examples;
using Mercure.Specs.Processes;
using Mercure.Specs.Protocol.V010;
using Mercure.Specs.Settings;
using Mercure.Specs.Tokens;
using Xunit;

namespace Mercure.Specs.Clients;

/// <summary>Clients that applications use today, from the registries and unchanged, against generation 0.10.</summary>
[Collection(ChromiumCollection.Name)]
public sealed class ClientSpecs(ChromiumFixture chromium)
{
    private const string Topic = "https://example.com/books/1";

    private static readonly string Directory = Path.Combine(Repository.Root, "Mercure.Specs", "Clients");

    /// <summary>Streams last two seconds at most, so that every client has to come back while updates go on.</summary>
    private static HubSettings ShortLived { get; } =
        V010Fixture.Both with { Listen = V010Fixture.Both.Listen with { WriteTimeout = TimeSpan.FromSeconds(2), CorsAllowedOrigins = ["*"] } };

    [Theory]
    [InlineData("eventsource")]
    [InlineData("fetch-event-source")]
    public async Task Should_miss_nothing_and_get_nothing_twice_over_reconnections_in_Node(string client)
    {
        await using var hub = await new V010Fixture { Settings = ShortLived }.StartedAsync();
        var start = new ProcessStartInfo("node", ["subscribe.mjs", client, SubscriptionOf(hub), V010Tokens.Subscriber(Topic)])
        {
            WorkingDirectory = Directory,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        using var timeout = new CancellationTokenSource(Eventually.Patience);
        var errors = process.StandardError.ReadToEndAsync(timeout.Token);
        var received = new List<(string Id, string Data)>();
        var beginnings = new List<string?>();
        var reading = Task.Run(
            async () =>
            {
                while (await process.StandardOutput.ReadLineAsync(timeout.Token) is { } line)
                {
                    var parsed = JsonDocument.Parse(line).RootElement;
                    if (parsed.TryGetProperty("opened", out var opened))
                        beginnings.Add(opened.GetString());
                    else
                        received.Add((parsed.GetProperty("id").GetString()!, parsed.GetProperty("data").GetString()!));
                }
            },
            timeout.Token);

        var published = await PublishAsync(hub, () => process.HasExited ? int.MaxValue : beginnings.Count);
        await reading;

        Assert.Equal(published, received);
        Assert.True(process.HasExited || process.WaitForExit(Eventually.Patience), "The client did not end.");
        Assert.Equal("", await errors);
        // What the header says is the id that the client had last, each time it came back
        Assert.Null(beginnings[0]);
        Assert.All(beginnings.Skip(1), beginning => Assert.Contains(published, update => update.Id == beginning));
    }

    [Theory]
    // What browsers have
    [InlineData(null, "new EventSource(url, { withCredentials: true })", true)]
    // What stands in for it where a header is to be sent
    [InlineData("event-source-polyfill/src/eventsource.js", "new EventSourcePolyfill(url, { headers: { Authorization: 'Bearer ' + token }, heartbeatTimeout: 20000 })", false)]
    public async Task Should_miss_nothing_and_get_nothing_twice_over_reconnections_in_a_browser(string? script, string source, bool byCookie)
    {
        await using var hub = await new V010Fixture { Settings = ShortLived }.StartedAsync();
        var page = await chromium.OpenBareAsync(new Uri(hub.Url, "/"));
        if (script is not null)
            await page.AddScriptTagAsync(new() { Path = Path.Combine(Directory, "node_modules", script) });
        var token = V010Tokens.Subscriber(Topic);
        // The page's own URL says where it begins, also when its client comes back from further on
        var before = await hub.MustPublishAsync(("topic", Topic), ("data", "before"));
        if (byCookie)
            await page.Context.AddCookiesAsync([new() { Name = "mercureAuthorization", Value = token, Url = hub.Url.AbsoluteUri, HttpOnly = true }]);
        await page.EvaluateAsync(
            $$"""
            ([url, token]) => {
              window.received = [];
              window.opened = 0;
              const source = {{source}};
              source.onopen = () => { opened++; };
              source.onmessage = event => { received.push([event.lastEventId, event.data]); if (event.data === "end") source.close(); };
            }
            """,
            new[] { $"{SubscriptionOf(hub)}&lastEventID={before}", token });
        await page.WaitForFunctionAsync("() => opened > 0");

        var opened = 0;
        var published = await PublishAsync(hub, () => opened, async () => opened = await page.EvaluateAsync<int>("() => opened"));
        await page.WaitForFunctionAsync("() => received.some(update => update[1] === 'end')", null, new() { Timeout = (float)Eventually.Patience.TotalMilliseconds });

        var received = await page.EvaluateAsync<JsonElement>("() => received");
        Assert.Equal(published, received.EnumerateArray().Select(update => (update[0].GetString()!, update[1].GetString()!)));
    }

    [Fact]
    public async Task Should_take_what_a_publisher_of_Node_sends_by_https()
    {
        await using var hub = await new V010Fixture { IsSecure = true, IsRecorded = true }.StartedAsync();
        var url = new UriBuilder(hub.Url) { Host = "localhost" }.Uri.AbsoluteUri;
        var (_, output) = await CommandLine.RunAsync(Directory, [], "node", "publish.mjs", url, V010Tokens.Publisher("*"), hub.CertificateFile);

        Assert.StartsWith("200 urn:uuid:", output, StringComparison.Ordinal);
        var update = hub.Hub.Published.Single();
        Assert.Equal(["https://localhost/demo/books/1.jsonld", "https://example.com/other"], update.Topics);
        Assert.False(update.Audience.IsPublic);
    }

    [ExampleFact("php")]
    public async Task Should_take_what_Symfony_sends()
    {
        await using var hub = await new V010Fixture { IsRecorded = true }.StartedAsync();
        var (_, output) = await CommandLine.RunAsync(Directory, [], "php", "symfony.php", hub.Url.AbsoluteUri, V010Tokens.Secret);

        Assert.StartsWith("200 urn:uuid:", output, StringComparison.Ordinal);
        var update = hub.Hub.Published.Single();
        Assert.Equal(["https://example.com/books/1", "https://example.com/users/dunglas/é"], update.Topics);
        Assert.Contains("<template>1 + 1 & é</template>\n", System.Text.Encoding.UTF8.GetString(update.Data!.Value.Span), StringComparison.Ordinal);
        Assert.Equal("books", update.Type);
        Assert.False(update.Audience.IsPublic);
    }

    private static string SubscriptionOf(Protocol.HubFixture hub) => $"{hub.Url}?topic={Uri.EscapeDataString("https://example.com/books/{id}")}";

    /// <summary>Publishes until the client has come back three times, then "end". All of it is private.</summary>
    private static async Task<List<(string Id, string Data)>> PublishAsync(Protocol.HubFixture hub, Func<int> opened, Func<Task>? look = null)
    {
        var published = new List<(string, string)>();
        var deadline = Environment.TickCount64 + 80_000;
        while (opened() == 0 && Environment.TickCount64 < deadline)
            await (look?.Invoke() ?? Task.Delay(20));
        while (opened() < 4 && Environment.TickCount64 < deadline)
        {
            await AddAsync($"update {published.Count}");
            await (look?.Invoke() ?? Task.CompletedTask);
        }

        await AddAsync("end");
        return published;

        async Task AddAsync(string data) =>
            published.Add((await hub.MustPublishAsync(("topic", Topic), ("data", data), ("private", "on"), ("retry", "20")), data));
    }
}
