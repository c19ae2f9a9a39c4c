using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Mercure.Http.Settings;
using Mercure.Specs.Processes;
using Xunit;

namespace Mercure.Specs.Protocol.V07;

/// <summary>Spec draft 04, Reconnection and State Reconciliation, over the wire.</summary>
public sealed class ReconnectionConformanceSpecs(HubFixture hub) : IClassFixture<HubFixture>
{
    private readonly string _topic = $"https://example.com/{Guid.NewGuid()}";

    // Reconnection: "the hub SHOULD send all events published following the one bearing this identifier"
    [Theory]
    [InlineData("header")]
    [InlineData("Last-Event-ID")]
    [InlineData("lastEventID")]
    [InlineData("lastEventId")]
    [InlineData("last-event-id")]
    [InlineData("last_event_id")]
    [InlineData("evs_last_event_id")]
    public async Task Should_replay_what_follows_the_last_event_id(string where)
    {
        var first = await hub.MustPublishAsync(("topic", _topic), ("data", "1"));
        await hub.MustPublishAsync(("topic", _topic), ("data", "2"));
        await hub.MustPublishAsync(("topic", _topic), ("data", "3"));

        using var response = where == "header"
            ? await hub.SubscribeAsync($"?topic={_topic}", ("Last-Event-ID", first))
            : await hub.SubscribeAsync($"?topic={_topic}&{where}={first}");
        using var events = await EventStream.OfAsync(response);
        await hub.MustPublishAsync(("topic", _topic), ("data", "4"));

        Assert.Equal("2", (await events.NextAsync())!.Data);
        Assert.Equal("3", (await events.NextAsync())!.Data);
        Assert.Equal("4", (await events.NextAsync())!.Data);
    }

    // Reconnection: "If both ... are present, the HTTP header MUST take precedence": it is the newer one. Polyfills add the newer one
    // to a query that has an older one, before or behind it. Earliest is an id as any other
    [Theory]
    [InlineData("Last-Event-ID={0}", "{1}")]
    [InlineData("Last-Event-ID={1}", "{0}")]
    [InlineData("Last-Event-ID={1}", "unknown")]
    [InlineData("Last-Event-ID=unknown&lastEventId=earliest", "{1}")]
    [InlineData("Last-Event-ID={0}&Last-Event-ID={1}", null)]
    [InlineData("lastEventId={1}&Last-Event-ID={0}&last-event-id=", null)]
    public async Task Should_follow_the_id_that_is_the_furthest_on(string query, string? header)
    {
        var first = await hub.MustPublishAsync(("topic", _topic), ("data", "1"));
        var second = await hub.MustPublishAsync(("topic", _topic), ("data", "2"));
        await hub.MustPublishAsync(("topic", _topic), ("data", "3"));

        string Filled(string text) => string.Format(CultureInfo.InvariantCulture, text, first, second);
        using var response = header is null
            ? await hub.SubscribeAsync($"?topic={_topic}&{Filled(query)}")
            : await hub.SubscribeAsync($"?topic={_topic}&{Filled(query)}", ("Last-Event-ID", Filled(header)));
        using var events = await EventStream.OfAsync(response);

        Assert.Equal("3", (await events.NextAsync())!.Data);
    }

    // Each id is looked up: no more than a client can mean (CWE-770)
    [Fact]
    public async Task Should_refuse_more_ids_than_a_client_can_mean()
    {
        var eight = string.Concat(Enumerable.Range(0, 8).Select(id => $"&lastEventId={id}"));
        using var taken = await hub.SubscribeAsync($"?topic={_topic}{eight}", ("Last-Event-ID", "7"));
        using var refused = await hub.SubscribeAsync($"?topic={_topic}{eight}", ("Last-Event-ID", "8"));

        Assert.Equal(System.Net.HttpStatusCode.OK, taken.StatusCode);
        Assert.Equal(System.Net.HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Equal("More than 8 last event ids.\n", await refused.Content.ReadAsStringAsync());
    }

    // An id that the hub does not know any more, or never gave, is no reason to make the subscriber wait
    [Theory]
    [InlineData("unknown")]
    [InlineData("9f0c1e9e-3e4b-4a0e-9f5c-0a8a5c7a9d11")]
    public async Task Should_replay_nothing_after_an_unknown_id(string id)
    {
        await hub.MustPublishAsync(("topic", _topic), ("data", "1"));
        using var response = await hub.SubscribeAsync($"?topic={_topic}", ("Last-Event-ID", id));
        using var events = await EventStream.OfAsync(response);
        await hub.MustPublishAsync(("topic", _topic), ("data", "2"));

        Assert.Equal("2", (await events.NextAsync())!.Data);
    }

    // … nor is one that is not UTF-8: some clients write é in Latin-1
    [Fact]
    public async Task Should_replay_nothing_after_an_id_that_is_not_UTF8()
    {
        await hub.MustPublishAsync(("topic", _topic), ("data", "1"), ("id", "urn:é" + _topic));
        using var client = new TcpClient();
        await client.ConnectAsync(hub.Url.Host, hub.Url.Port);
        await client.GetStream().WriteAsync(
            Encoding.Latin1.GetBytes($"GET /hub?topic={_topic} HTTP/1.0\r\nHost: h\r\nlast-event-id: urn:é{_topic}\r\n\r\n"));
        using var events = new EventStream(client.GetStream());

        Assert.StartsWith("HTTP/1.1 200", await events.LineAsync(), StringComparison.Ordinal);
        while (await events.LineAsync() is { Length: > 0 })
        {
        }

        await hub.MustPublishAsync(("topic", _topic), ("data", "2"));
        Assert.Equal("2", (await events.NextAsync())!.Data);
    }

    // HISTORY_SIZE: an id beyond the history is as good as unknown
    [Fact]
    public async Task Should_replay_nothing_after_an_id_beyond_the_history()
    {
        var settings = HubFixture.Default with { History = new HistorySettings { Size = 2, CleanupFrequency = 0 } };
        await using var own = await new HubFixture { Settings = settings }.StartedAsync();
        var beyond = await own.MustPublishAsync(("topic", "t"), ("data", "1"));
        var oldest = await own.MustPublishAsync(("topic", "t"), ("data", "2"));
        await own.MustPublishAsync(("topic", "t"), ("data", "3"));

        using var forgotten = await own.SubscribeAsync($"?topic=t&Last-Event-ID={beyond}");
        using var kept = await own.SubscribeAsync($"?topic=t&Last-Event-ID={oldest}");
        using var live = await EventStream.OfAsync(forgotten);
        using var replayed = await EventStream.OfAsync(kept);
        await own.MustPublishAsync(("topic", "t"), ("data", "4"));

        Assert.Equal("3", (await replayed.NextAsync())!.Data);
        Assert.Equal("4", (await replayed.NextAsync())!.Data);
        Assert.Equal("4", (await live.NextAsync())!.Data);
    }

    // The head comes at once also when nothing follows the last id
    [Fact]
    public async Task Should_send_the_head_at_once_when_nothing_is_replayed()
    {
        var last = await hub.MustPublishAsync(("topic", _topic), ("data", "1"));
        using var response = await hub.SubscribeAsync($"?topic={_topic}", ("Last-Event-ID", last)).WaitAsync(Eventually.Patience);
        using var events = await EventStream.OfAsync(response);

        Assert.Equal((":", ""), (await events.LineAsync(), await events.LineAsync()));
        await hub.MustPublishAsync(("topic", _topic), ("data", "2"));
        Assert.Equal("2", (await events.NextAsync())!.Data);
    }

    // What matches is judged on replay as it is live: templates, and alternate topics after the canonical one has missed
    [Fact]
    public async Task Should_replay_templates_and_alternate_topics()
    {
        var last = await hub.MustPublishAsync(("topic", _topic), ("data", "0"));
        await hub.MustPublishAsync(("topic", "canonical"), ("topic", _topic + "/1"), ("data", "1"));
        await hub.MustPublishAsync(("topic", _topic), ("data", "not asked for"));
        await hub.MustPublishAsync(("topic", "canonical"), ("topic", _topic + "/2"), ("topic", _topic + "/3"), ("data", "2"));
        await hub.MustPublishAsync(("topic", _topic + "/3"), ("data", "3"));

        using var response = await hub.SubscribeAsync($"?topic={Uri.EscapeDataString(_topic + "/{id}")}&Last-Event-ID={last}");
        using var events = await EventStream.OfAsync(response);

        foreach (var expected in new[] { "1", "2", "3" })
            Assert.Equal(expected, (await events.NextAsync())!.Data);
    }

    // HTML, server-sent events: a browser sends the last id back as the UTF-8 it came in
    [Theory]
    [InlineData("urn:é/漢字")]
    [InlineData("a b+c&d=e%20")]
    [InlineData("-1")]
    public async Task Should_replay_after_an_id_that_the_publisher_chose(string id)
    {
        id += _topic;
        await hub.MustPublishAsync(("topic", _topic), ("data", "1"), ("id", id));
        await hub.MustPublishAsync(("topic", _topic), ("data", "2"));
        using var client = new TcpClient();
        await client.ConnectAsync(hub.Url.Host, hub.Url.Port);
        await client.GetStream().WriteAsync(Encoding.UTF8.GetBytes($"GET /hub?topic={_topic} HTTP/1.0\r\nHost: h\r\nLast-Event-ID: {id}\r\n\r\n"));
        using var header = new EventStream(client.GetStream());
        using var response = await hub.SubscribeAsync($"?topic={_topic}&Last-Event-ID={Uri.EscapeDataString(id)}");
        using var query = await EventStream.OfAsync(response);

        Assert.Equal("2", (await query.NextAsync())!.Data);
        Assert.StartsWith("HTTP/1.1 200", await header.LineAsync(), StringComparison.Ordinal);
        while (await header.LineAsync() is { Length: > 0 })
        {
        }

        Assert.Equal("2", (await header.NextAsync())!.Data);
    }

    // Reconnection: "all events", once each and in order, whatever is published meanwhile
    [Fact]
    public async Task Should_go_from_replay_to_live_without_gap_or_duplicate()
    {
        const int Subscribers = 12;
        var first = await hub.MustPublishAsync(("topic", _topic), ("data", "0"));
        using var opened = new CancellationTokenSource();
        var publishing = PublishAsync(opened.Token);

        var reading = new List<Task<List<int>>>();
        for (var i = 0; i < Subscribers; i++)
        {
            var response = await hub.SubscribeAsync($"?topic={_topic}&Last-Event-ID={first}", ("Accept-Encoding", i % 2 == 0 ? "gzip" : "identity"));
            reading.Add(ReadToZeroAsync(response));
        }

        await opened.CancelAsync();
        var published = await publishing;

        Assert.All(await Task.WhenAll(reading), read => Assert.Equal(Enumerable.Range(1, published), read));
    }

    /// <summary>Publishes 1, 2, 3, … and, some after it is told to stop, 0.</summary>
    private async Task<int> PublishAsync(CancellationToken stop)
    {
        var number = 0;
        for (var left = 10; left > 0; left -= stop.IsCancellationRequested ? 1 : 0)
            await hub.MustPublishAsync(("topic", _topic), ("data", (++number).ToString(CultureInfo.InvariantCulture)));
        await hub.MustPublishAsync(("topic", _topic), ("data", "0"));
        return number;
    }

    private static async Task<List<int>> ReadToZeroAsync(HttpResponseMessage response)
    {
        using var _ = response;
        using var events = await EventStream.OfAsync(response);
        var numbers = new List<int>();
        while (await events.NextAsync() is { Data: not "0" } read)
            numbers.Add(int.Parse(read.Data, CultureInfo.InvariantCulture));
        return numbers;
    }
}
