using System.IO.Compression;
using System.Net;
using Mercure.Actors.Subscribers;
using Mercure.Http.Settings;
using Mercure.Specs.Streams;
using Xunit;
using Owned = Mercure.Specs.Protocol.V07.PublicationConformanceSpecs.Owned;

namespace Mercure.Specs.Protocol.V07;

/// <summary>Spec draft 04, Subscriptions and Reconnection and State Reconciliation, over the wire.</summary>
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
        Assert.Equal("no-cache, no-store, must-revalidate", string.Join(", ", response.Headers.NonValidated["Cache-Control"]));
        Assert.Equal("no-cache", response.Headers.Pragma.ToString());
        Assert.Equal("0", response.Content.Headers.NonValidated["Expires"].ToString());
        Assert.Equal("no", response.Headers.NonValidated["X-Accel-Buffering"].ToString());
        Assert.Equal("keep-alive", response.Headers.NonValidated["Connection"].ToString());
        Assert.Equal(":", await events.LineAsync());
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

    // Subscriptions: "The value of these query parameters MUST be URI templates"
    [Fact(Skip = "until Mercure.Actors.Matching.UriTemplate is there")]
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

    // Reconnection: "the hub SHOULD send all events published following the one bearing this identifier"
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Should_replay_what_follows_the_last_event_id(bool inHeader)
    {
        var first = await hub.MustPublishAsync(("topic", _topic), ("data", "1"));
        await hub.MustPublishAsync(("topic", _topic), ("data", "2"));
        await hub.MustPublishAsync(("topic", _topic), ("data", "3"));

        using var response = inHeader
            ? await hub.SubscribeAsync($"?topic={_topic}", ("Last-Event-ID", first))
            : await hub.SubscribeAsync($"?topic={_topic}&Last-Event-ID={first}");
        using var events = await EventStream.OfAsync(response);
        await hub.MustPublishAsync(("topic", _topic), ("data", "4"));

        Assert.Equal("2", (await events.NextAsync())!.Data);
        Assert.Equal("3", (await events.NextAsync())!.Data);
        Assert.Equal("4", (await events.NextAsync())!.Data);
    }

    // Reconnection: "If both ... are present, the HTTP header MUST take precedence"
    [Fact]
    public async Task Should_prefer_the_header_with_the_last_event_id()
    {
        var first = await hub.MustPublishAsync(("topic", _topic), ("data", "1"));
        var second = await hub.MustPublishAsync(("topic", _topic), ("data", "2"));
        await hub.MustPublishAsync(("topic", _topic), ("data", "3"));

        using var response = await hub.SubscribeAsync($"?topic={_topic}&Last-Event-ID={first}", ("Last-Event-ID", second));
        using var events = await EventStream.OfAsync(response);

        Assert.Equal("3", (await events.NextAsync())!.Data);
    }

    [Fact]
    public async Task Should_replay_nothing_after_an_unknown_id()
    {
        await hub.MustPublishAsync(("topic", _topic), ("data", "1"));
        using var response = await hub.SubscribeAsync($"?topic={_topic}", ("Last-Event-ID", "unknown"));
        using var events = await EventStream.OfAsync(response);
        await hub.MustPublishAsync(("topic", _topic), ("data", "2"));

        Assert.Equal("2", (await events.NextAsync())!.Data);
    }

    // RFC 9110, 12.5.3 and 8.4
    [Fact]
    public async Task Should_compress_for_those_who_accept_it()
    {
        using var response = await SubscribeAsync(("Accept-Encoding", "gzip, deflate, br"));
        Assert.Equal("gzip", response.Content.Headers.ContentEncoding.Single());
        Assert.Equal("Accept-Encoding", response.Headers.Vary.Single());
        using var events = new EventStream(new GZipStream(await response.Content.ReadAsStreamAsync(), CompressionMode.Decompress));
        var data = string.Concat(Enumerable.Repeat("compressible ", 1000));

        Assert.Equal(":", await events.LineAsync());
        await hub.MustPublishAsync(("topic", _topic), ("data", data));
        Assert.Equal(data, (await events.NextAsync())!.Data);
        await hub.MustPublishAsync(("topic", _topic), ("data", "short"));
        Assert.Equal("short", (await events.NextAsync())!.Data);
    }

    [Fact]
    public async Task Should_not_compress_for_those_who_do_not_accept_it()
    {
        using var response = await SubscribeAsync(("Accept-Encoding", "gzip;q=0"));

        Assert.Empty(response.Content.Headers.ContentEncoding);
        Assert.Equal("Accept-Encoding", response.Headers.Vary.Single());
    }

    [Fact]
    public async Task Should_not_compress_when_compression_is_off()
    {
        await using var own = await OwnAsync(new HubFixture
        {
            Settings = HubFixture.Default with { Streams = HubFixture.Default.Streams with { Compress = false } },
        });
        using var response = await own.Value.SubscribeAsync("?topic=t", ("Accept-Encoding", "gzip"));

        Assert.Empty(response.Content.Headers.ContentEncoding);
        Assert.Empty(response.Headers.Vary);
    }

    // The head of a HEAD is that of the GET; it opens no stream
    [Fact]
    public async Task Should_answer_HEAD_with_the_head_alone()
    {
        await using var own = await OwnAsync(new HubFixture());
        using var request = new HttpRequestMessage(HttpMethod.Head, new Uri(own.Value.Url, "?topic=t"));
        using var response = await own.Value.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.ToString());
        Assert.Empty(await response.Content.ReadAsByteArrayAsync());
        Assert.Empty(own.Value.Hub.Subscriptions);
    }

    // RFC 9113, 8.2.2: no Connection header
    [Fact]
    public async Task Should_speak_HTTP_2()
    {
        await using var own = await OwnAsync(new HubFixture { IsHttp2 = true });
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(own.Value.Url, "?topic=t"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        using var response = await own.Value.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var events = await EventStream.OfAsync(response);

        Assert.Equal(HttpVersion.Version20, response.Version);
        Assert.False(response.Headers.NonValidated.Contains("Connection"));
        Assert.Equal(":", await events.LineAsync());
    }

    [Fact]
    public async Task Should_answer_503_and_when_to_try_again_when_the_hub_takes_no_subscriber()
    {
        await using var own = await OwnAsync(new HubFixture());
        own.Value.Hub.SubscribeAnswer = StreamEnd.Refused;
        using var response = await own.Value.SubscribeAsync("?topic=t", ("Accept-Encoding", "gzip"));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.True(response.Headers.RetryAfter!.Delta > TimeSpan.Zero);
        Assert.Empty(response.Content.Headers.ContentEncoding);
        Assert.Contains("Try again", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Should_break_off_a_stream_that_failed()
    {
        await using var own = await OwnAsync(new HubFixture());
        own.Value.Hub.SubscribeAnswer = StreamEnd.Failed;

        await Assert.ThrowsAsync<HttpRequestException>(() => own.Value.SubscribeAsync("?topic=t"));
    }

    [Fact]
    public async Task Should_end_the_stream_after_the_write_timeout()
    {
        await using var own = await OwnAsync(new HubFixture { Settings = WithTimeout(TimeSpan.FromSeconds(1)) });
        using var response = await own.Value.SubscribeAsync("?topic=t");
        using var events = await EventStream.OfAsync(response);

        Assert.Null(await events.NextAsync());
    }

    private static HubSettings WithTimeout(TimeSpan timeout) =>
        HubFixture.Default with { Listen = HubFixture.Default.Listen with { WriteTimeout = timeout } };

    private static Task<Owned> OwnAsync(HubFixture fixture) => PublicationConformanceSpecs.OwnAsync(fixture);

    private Task<HttpResponseMessage> SubscribeAsync(params (string Name, string Value)[] headers) =>
        hub.SubscribeAsync($"?topic={_topic}", headers);
}
