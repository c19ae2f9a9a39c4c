using System.Text.Json;
using Mercure.Specs.Processes;
using Microsoft.Playwright;
using Xunit;

namespace Mercure.Specs.Browser;

/// <summary>Chromium's own <c>EventSource</c> against the hub.</summary>
[Collection(ChromiumCollection.Name)]
public sealed class EventSourceSpecs(ChromiumFixture chromium)
{
    private const string Topic = "https://example.com/books/1";

    // Notes what arrives, and how often the stream was opened
    private const string Listen = """
        url => new Promise(resolve => {
          window.received = [];
          window.opened = 0;
          window.source = new EventSource(url);
          source.onmessage = event => received.push([event.lastEventId, event.data]);
          source.onopen = () => { opened++; resolve(); };
        })
        """;

    /// <summary>Everything that a frame could get wrong, except the line ends, which the format makes one of a kind.</summary>
    public static TheoryData<string> Contents => new()
    {
        "plain",
        "zwei\nZeilen",
        "\n\nlines around\n\n",
        " leading and trailing ",
        ": no comment\ndata: no field\nid: none\nevent: none\nretry: 0",
        "{\"json\": [1, 2, \"\\u0000\"]}",
        "Grüße, 世界, 👋🏽, \u2028 and \u2029",
        "\uFEFFwith a byte order mark",
        string.Concat(Enumerable.Range(0, 40_000).Select(i => (char)(' ' + (i * 7919 % 94)))),
    };

    [Theory]
    [MemberData(nameof(Contents))]
    public async Task Should_hand_over_the_data_as_published_through_compression(string data)
    {
        var hub = chromium.Hub;
        var page = await chromium.OpenAsync(hub);
        var response = page.WaitForResponseAsync(response => response.Url.Contains("/hub?", StringComparison.Ordinal));
        await page.EvaluateAsync(Listen, UrlOf(hub));

        var id = await hub.PublishAsync(Topic, data);

        Assert.Equal("gzip", (await (await response).AllHeadersAsync())["content-encoding"]);
        Assert.Equal([(id, data)], await ReceivedAsync(page, 1));
    }

    [Fact]
    public async Task Should_hand_over_many_updates_in_order_without_compression()
    {
        await using var hub = await DemoHub.StartAsync(("COMPRESS", "0"));
        var page = await chromium.OpenAsync(hub);
        await page.EvaluateAsync(Listen, UrlOf(hub));

        var published = new List<(string, string)>();
        for (var i = 0; i < 50; i++)
            published.Add((await hub.PublishAsync(Topic, $"update {i}"), $"update {i}"));

        Assert.Equal(published, await ReceivedAsync(page, 50));
    }

    [Theory]
    [InlineData("1")]
    [InlineData("0")]
    public async Task Should_go_on_without_loss_or_duplicate_when_streams_end(string compress)
    {
        // The hub ends every stream after a second; the browser is told to come back at once
        await using var hub = await DemoHub.StartAsync(("WRITE_TIMEOUT", "1s"), ("COMPRESS", compress));
        var page = await chromium.OpenAsync(hub);
        await page.EvaluateAsync(Listen, UrlOf(hub));
        await PublishRetryAsync(hub);

        var published = new List<string>();
        while (await page.EvaluateAsync<int>("() => opened") < 4)
        {
            published.Add($"update {published.Count}");
            await hub.PublishAsync(Topic, published[^1]);
        }

        var received = await ReceivedAsync(page, published.Count + 1);
        Assert.Equal(published, received.Skip(1).Select(update => update.Data));
    }

    [Fact]
    public async Task Should_go_on_after_the_hub_was_started_anew()
    {
        await using var hub = await DemoHub.StartAsync();
        var page = await chromium.OpenAsync(hub);
        await page.EvaluateAsync(Listen, UrlOf(hub));
        await hub.PublishAsync(Topic, "before");
        await ReceivedAsync(page, 1);

        // Published at once, while the browser still waits before it comes back
        await hub.RestartAsync();
        await hub.PublishAsync(Topic, "after 1");
        await hub.PublishAsync(Topic, "after 2");

        Assert.Equal(["before", "after 1", "after 2"], (await ReceivedAsync(page, 3)).Select(update => update.Data));
    }

    /// <summary>The subscriber of the protocol's tutorial: a template and a plain topic, appended to a URL.</summary>
    [Fact]
    public async Task Should_serve_a_page_that_subscribes_to_a_template_and_a_topic()
    {
        var hub = chromium.Hub;
        var page = await chromium.OpenAsync(hub);
        await page.EvaluateAsync(
            """
            hub => new Promise(resolve => {
              window.received = [];
              const url = new URL(hub);
              url.searchParams.append("topic", "https://example.com/books/{id}");
              url.searchParams.append("topic", "https://example.com/users/dunglas");
              const source = new EventSource(url);
              source.onmessage = event => received.push([event.lastEventId, event.data]);
              source.onopen = resolve;
            })
            """,
            hub.HubUrl.AbsoluteUri);

        await hub.PublishAsync("https://example.com/books/1", "a book");
        await hub.PublishAsync("https://example.com/users/somebody", "nobody asked");
        await hub.PublishAsync("https://example.com/users/dunglas", "a user");

        Assert.Equal(["a book", "a user"], (await ReceivedAsync(page, 2)).Select(update => update.Data));
    }

    /// <summary>Discovery as in the tutorial: the hub's URL, from the first Link header that says so.</summary>
    [Fact]
    public async Task Should_let_a_page_discover_the_hub()
    {
        var hub = chromium.Hub;
        var page = await chromium.OpenAsync(hub);

        var found = await page.EvaluateAsync<string>(
            """
            () => fetch("/demo/books/1.jsonld")
              .then(response => /<([^>]+)>;\s+rel=(?:mercure|"[^"]*mercure[^"]*")/.exec(response.headers.get("Link"))[1])
            """);

        Assert.Equal("/hub", found);
    }

    private static string UrlOf(DemoHub hub) => $"{hub.HubUrl}?topic={Uri.EscapeDataString(Topic)}";

    private static async Task PublishRetryAsync(DemoHub hub)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, hub.HubUrl);
        request.Headers.Authorization = new("Bearer", DemoHub.Token);
        request.Content = new FormUrlEncodedContent([new("topic", Topic), new("data", "come back soon"), new("retry", "20")]);
        using var response = await hub.Client.SendAsync(request);
        response.EnsureSuccessStatusCode();
    }

    private static async Task<(string Id, string Data)[]> ReceivedAsync(IPage page, int count)
    {
        await page.WaitForFunctionAsync("count => received.length >= count", count, new() { Timeout = (float)Eventually.Patience.TotalMilliseconds });
        var received = await page.EvaluateAsync<JsonElement>("() => received");
        return [.. received.EnumerateArray().Select(update => (update[0].GetString()!, update[1].GetString()!))];
    }
}
