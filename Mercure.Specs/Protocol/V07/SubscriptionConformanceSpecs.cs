using System.Net;
using Mercure.Actors.Subscribers;
using Mercure.Specs.Streams;
using Xunit;

namespace Mercure.Specs.Protocol.V07;

/// <summary>Spec draft 04, Subscriptions, over the wire.</summary>
public sealed class SubscriptionConformanceSpecs(HubFixture hub) : IClassFixture<HubFixture>
{
    private readonly string _topic = $"https://example.com/{Guid.NewGuid()}";

    // Subscriptions: text/event-stream; the head comes at once, also when there is nothing to say
    [Fact]
    public async Task Should_send_head_and_first_comment_at_once()
    {
        using var response = await SubscribeAsync();
        using var events = await EventStream.OfAsync(response);

        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.ToString());
        Assert.Equal("private, no-cache, no-store, must-revalidate, no-transform", string.Join(", ", response.Headers.NonValidated["Cache-Control"]));
        Assert.Equal("no-cache", response.Headers.Pragma.ToString());
        Assert.Equal("0", response.Content.Headers.NonValidated["Expires"].ToString());
        Assert.Equal("0", response.Headers.NonValidated["Expire"].ToString());
        Assert.Equal("no", response.Headers.NonValidated["X-Accel-Buffering"].ToString());
        Assert.Equal("keep-alive", response.Headers.NonValidated["Connection"].ToString());
        Assert.Equal((":", ""), (await events.LineAsync(), await events.LineAsync()));
    }

    // A subscriber that has the head receives every update acknowledged after it
    [Theory]
    [InlineData("identity")]
    [InlineData("gzip")]
    public async Task Should_send_whatever_is_acknowledged_after_the_head(string coding)
    {
        for (var turn = 0; turn < 25; turn++)
        {
            using var response = await SubscribeAsync(("Accept-Encoding", coding));
            await hub.MustPublishAsync(("topic", _topic), ("data", $"{turn}"));
            using var events = await EventStream.OfAsync(response);

            Assert.Equal($"{turn}", (await events.NextAsync())!.Data);
        }
    }

    // Subscriptions: "All other properties ... SHOULD be supported by hubs"
    [Fact]
    public async Task Should_send_an_update_with_all_its_properties()
    {
        using var response = await SubscribeAsync();
        using var events = await EventStream.OfAsync(response);
        await hub.MustPublishAsync(("topic", _topic), ("data", "one\r\ntwo\n"), ("id", "urn:" + _topic), ("type", "added"), ("retry", "250"));

        Assert.Equal(new SseEvent("added", "one\ntwo\n", "urn:" + _topic, 250), await events.NextAsync());
    }

    // Publication: "The hub MUST dispatch this update to subscribers that are subscribed to both canonical or alternate"
    [Fact]
    public async Task Should_send_an_update_about_an_alternate_topic_once()
    {
        using var response = await hub.SubscribeAsync($"?topic=other&topic={_topic}&topic={_topic}2");
        using var events = await EventStream.OfAsync(response);
        await hub.MustPublishAsync(("topic", "canonical"), ("topic", _topic), ("topic", _topic + "2"), ("data", "1"));
        await hub.MustPublishAsync(("topic", "unrelated"), ("data", "2"));
        await hub.MustPublishAsync(("topic", _topic), ("data", "3"));

        Assert.Equal("1", (await events.NextAsync())!.Data);
        Assert.Equal("3", (await events.NextAsync())!.Data);
    }

    // Publication: "topic: ... The first element is the canonical topic", and a canonical miss forgets no alternate
    [Fact]
    public async Task Should_send_to_canonical_and_alternate_subscribers_alike()
    {
        using var canonical = await hub.SubscribeAsync($"?topic={_topic}");
        using var alternate = await hub.SubscribeAsync($"?topic={_topic}2");
        using var both = await hub.SubscribeAsync($"?topic={Uri.EscapeDataString(_topic + "{rest}")}");
        foreach (var number in new[] { "1", "2" })
            await hub.MustPublishAsync(("topic", _topic), ("topic", _topic + "2"), ("data", number));

        foreach (var response in new[] { canonical, alternate, both })
        {
            using var events = await EventStream.OfAsync(response);
            Assert.Equal("1", (await events.NextAsync())!.Data);
            Assert.Equal("2", (await events.NextAsync())!.Data);
        }
    }

    // Subscriptions: "The value of these query parameters MUST be URI templates"
    [Fact]
    public async Task Should_send_updates_whose_topic_a_template_expands_to()
    {
        using var response = await hub.SubscribeAsync($"?topic={Uri.EscapeDataString(_topic + "/{id}{?page}")}");
        using var events = await EventStream.OfAsync(response);
        await hub.MustPublishAsync(("topic", _topic), ("data", "no"));
        await hub.MustPublishAsync(("topic", _topic + "/1?page=2"), ("data", "yes"));

        Assert.Equal("yes", (await events.NextAsync())!.Data);
    }

    // Subscriptions: "by using one or several query parameters named topic"
    [Theory]
    [InlineData("", "Missing topic")]
    [InlineData("?topic=", "Missing topic")]
    [InlineData("?topics=a", "Missing topic")]
    [InlineData("?topic=%FF", "UTF-8")]
    public async Task Should_answer_400_without_a_topic(string query, string reason)
    {
        using var response = await hub.SubscribeAsync(query);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains(reason, await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    // The head of a HEAD is that of the GET; it opens no stream
    [Fact]
    public async Task Should_answer_HEAD_with_the_head_alone()
    {
        await using var own = await new HubFixture { IsRecorded = true }.StartedAsync();
        using var request = new HttpRequestMessage(HttpMethod.Head, new Uri(own.Url, "?topic=t")) { Headers = { { "Accept-Encoding", "gzip" } } };
        using var response = await own.Client.SendAsync(request);
        Assert.Empty(own.Hub.Subscriptions);
        using var stream = await own.SubscribeAsync("?topic=t", ("Accept-Encoding", "gzip"));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(HeadersOf(stream), HeadersOf(response));
        Assert.Empty(await response.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task Should_answer_503_and_when_to_try_again_when_the_hub_takes_no_subscriber()
    {
        await using var own = await new HubFixture { IsRecorded = true }.StartedAsync();
        own.Hub.SubscribeAnswer = StreamEnd.Refused;
        using var response = await own.SubscribeAsync("?topic=t", ("Accept-Encoding", "gzip"));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.True(response.Headers.RetryAfter!.Delta > TimeSpan.Zero);
        Assert.Empty(response.Content.Headers.ContentEncoding);
        Assert.Contains("Try again", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Should_break_off_a_stream_that_failed()
    {
        await using var own = await new HubFixture { IsRecorded = true }.StartedAsync();
        own.Hub.SubscribeAnswer = StreamEnd.Failed;

        await Assert.ThrowsAsync<HttpRequestException>(() => own.SubscribeAsync("?topic=t"));
    }

    /// <summary>But for the time, and how the body is framed, of which a HEAD has none.</summary>
    private static IEnumerable<string> HeadersOf(HttpResponseMessage response) =>
        response.Headers.NonValidated.Concat(response.Content.Headers.NonValidated)
            .Where(header => header.Key is not ("Date" or "Transfer-Encoding"))
            .Select(header => $"{header.Key}: {header.Value}")
            .Order(StringComparer.Ordinal);

    private Task<HttpResponseMessage> SubscribeAsync(params (string Name, string Value)[] headers) =>
        hub.SubscribeAsync($"?topic={_topic}", headers);
}
