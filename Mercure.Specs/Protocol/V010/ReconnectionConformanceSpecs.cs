using System.Globalization;
using Mercure.Http.Settings;
using Xunit;

namespace Mercure.Specs.Protocol.V010;

/// <summary>Spec draft 07, Reconnection, State Reconciliation and Event Sourcing, over the wire.</summary>
public sealed class ReconnectionConformanceSpecs(V010Fixture hub) : IClassFixture<V010Fixture>
{
    private readonly string _topic = $"https://example.com/{Guid.NewGuid()}";

    // "If the Last-Event-ID HTTP header or the lastEventID query parameter exists, the hub SHOULD send all events published after"
    [Theory]
    [InlineData("header")]
    [InlineData("lastEventID")]
    [InlineData("Last-Event-ID")]
    [InlineData("last_event_id")]
    [InlineData("last-event-id")]
    [InlineData("lastEventId")]
    [InlineData("Last-Event-Id")]
    [InlineData("evs_last_event_id")]
    public async Task Should_replay_what_follows_the_last_event_id_and_say_so(string where)
    {
        var first = await hub.MustPublishAsync(("topic", _topic), ("data", "1"));
        await hub.MustPublishAsync(("topic", _topic), ("data", "2"));

        using var response = where == "header"
            ? await hub.SubscribeAsync($"?topic={_topic}", ("Last-Event-ID", first))
            : await hub.SubscribeAsync($"?topic={_topic}&{where}={first}");
        using var events = await EventStream.OfAsync(response);
        await hub.MustPublishAsync(("topic", _topic), ("data", "3"));

        Assert.Equal(first, BeginningOf(response));
        Assert.Equal("2", (await events.NextAsync())!.Data);
        Assert.Equal("3", (await events.NextAsync())!.Data);
    }

    // "the HTTP header MUST take precedence": it is the newer one. Polyfills add the newer one to a query that has an older one, or earliest
    [Theory]
    [InlineData("lastEventID={0}", "{1}", "{1}")]
    [InlineData("lastEventID={1}", "{0}", "{1}")]
    [InlineData("Last-Event-ID={0}&lastEventID={1}&lastEventID={0}", null, "{1}")]
    [InlineData("lastEventID={0}&lastEventId={1}&last-event-id=", null, "{1}")]
    [InlineData("lastEventID=earliest&lastEventId={0}", null, "{0}")]
    [InlineData("lastEventID={0}", "earliest", "{0}")]
    [InlineData("lastEventID={0}&lastEventId=unknown", null, "{0}")]
    [InlineData("lastEventID=earliest&lastEventId=unknown", null, "earliest")]
    [InlineData("lastEventID=unknown&lastEventId=urn:uuid:9f0c1e9e-3e4b-4a0e-9f5c-0a8a5c7a9d11", null, "earliest")]
    public async Task Should_follow_the_id_that_is_the_furthest_on_and_say_which(string query, string? header, string beginning)
    {
        var first = await hub.MustPublishAsync(("topic", _topic), ("data", "1"), ("id", $"urn:{_topic}#1"));
        var second = await hub.MustPublishAsync(("topic", _topic), ("data", "2"));
        await hub.MustPublishAsync(("topic", _topic), ("data", "3"));

        string Filled(string text) => string.Format(CultureInfo.InvariantCulture, text, first, second);
        using var response = header is null
            ? await hub.SubscribeAsync($"?topic={_topic}&{Filled(query).Replace("#", "%23", StringComparison.Ordinal)}")
            : await hub.SubscribeAsync($"?topic={_topic}&{Filled(query).Replace("#", "%23", StringComparison.Ordinal)}", ("Last-Event-ID", Filled(header)));
        using var events = await EventStream.OfAsync(response);
        await hub.MustPublishAsync(("topic", _topic), ("data", "4"));

        Assert.Equal(Filled(beginning), BeginningOf(response));
        // Nothing is replayed after unknown ids alone; from earliest on there is everything
        var expected = beginning is "{1}" ? "3" : beginning is "{0}" ? "2" : query.Contains("earliest", StringComparison.Ordinal) ? "1" : "4";
        Assert.Equal(expected, (await events.NextAsync())!.Data);
    }

    // "The reserved value earliest can be used to hint the hub to send all updates it has for the subscribed topics"
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Should_replay_everything_from_earliest(bool inHeader)
    {
        await hub.MustPublishAsync(("topic", _topic), ("data", "1"));
        await hub.MustPublishAsync(("topic", _topic), ("data", "2"));

        using var response = inHeader
            ? await hub.SubscribeAsync($"?topic={_topic}", ("Last-Event-ID", "earliest"))
            : await hub.SubscribeAsync($"?topic={_topic}&lastEventID=earliest");
        using var events = await EventStream.OfAsync(response);

        Assert.Equal("earliest", BeginningOf(response));
        Assert.Equal("1", (await events.NextAsync())!.Data);
        Assert.Equal("2", (await events.NextAsync())!.Data);
    }

    // Exactly the history: what HISTORY_SIZE leaves, though rows beyond it are not deleted yet
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(100)]
    public async Task Should_begin_with_the_oldest_update_of_the_history(int size)
    {
        const int Published = 25;
        var settings = HubFixture.Both with { History = new HistorySettings { Size = size, CleanupFrequency = 0 } };
        await using var own = await new V010Fixture { Settings = settings }.StartedAsync();
        for (var i = 1; i <= Published; i++)
            await own.MustPublishAsync(("topic", "t"), ("data", i.ToString(CultureInfo.InvariantCulture)));

        using var response = await own.SubscribeAsync("?topic=t&lastEventID=earliest");
        using var events = await EventStream.OfAsync(response);

        for (var i = Math.Max(1, Published - size + 1); i <= Published; i++)
            Assert.Equal(i.ToString(CultureInfo.InvariantCulture), (await events.NextAsync())!.Data);
    }

    // "or the reserved value earliest if there is no preceding event (... the hub history is empty, ... an event that doesn't exist)"
    [Theory]
    [InlineData("unknown")]
    [InlineData("urn:uuid:9f0c1e9e-3e4b-4a0e-9f5c-0a8a5c7a9d11")]
    public async Task Should_replay_nothing_after_an_unknown_id_and_say_earliest(string id)
    {
        await hub.MustPublishAsync(("topic", _topic), ("data", "1"));
        using var response = await hub.SubscribeAsync($"?topic={_topic}", ("Last-Event-ID", id));
        using var events = await EventStream.OfAsync(response);
        await hub.MustPublishAsync(("topic", _topic), ("data", "2"));

        Assert.Equal("earliest", BeginningOf(response));
        Assert.Equal("2", (await events.NextAsync())!.Data);
    }

    [Theory]
    [InlineData("earliest")]
    [InlineData("x")]
    public async Task Should_say_earliest_when_the_history_is_empty(string id)
    {
        await using var own = await new V010Fixture().StartedAsync();
        using var response = await own.SubscribeAsync("?topic=t", ("Last-Event-ID", id));
        using var events = await EventStream.OfAsync(response);
        await own.MustPublishAsync(("topic", "t"), ("data", "1"));

        Assert.Equal("earliest", BeginningOf(response));
        Assert.Equal("1", (await events.NextAsync())!.Data);
    }

    [Fact]
    public async Task Should_say_earliest_when_the_id_is_beyond_the_history()
    {
        var settings = HubFixture.Both with { History = new HistorySettings { Size = 2, CleanupFrequency = 0 } };
        await using var own = await new V010Fixture { Settings = settings }.StartedAsync();
        var beyond = await own.MustPublishAsync(("topic", "t"), ("data", "1"));
        var oldest = await own.MustPublishAsync(("topic", "t"), ("data", "2"));
        await own.MustPublishAsync(("topic", "t"), ("data", "3"));

        using var forgotten = await own.SubscribeAsync($"?topic=t&lastEventID={beyond}");
        using var kept = await own.SubscribeAsync($"?topic=t&lastEventID={oldest}");
        using var live = await EventStream.OfAsync(forgotten);
        await own.MustPublishAsync(("topic", "t"), ("data", "4"));

        Assert.Equal("earliest", BeginningOf(forgotten));
        Assert.Equal(oldest, BeginningOf(kept));
        Assert.Equal("4", (await live.NextAsync())!.Data);
    }

    // "When the request contains a Last-Event-ID ... the hub MUST set": else there is none
    [Theory]
    [InlineData("")]
    [InlineData("&lastEventID=")]
    public async Task Should_say_nothing_when_nothing_was_asked(string parameter)
    {
        using var response = await hub.SubscribeAsync($"?topic={_topic}{parameter}");

        Assert.False(response.Headers.Contains("Last-Event-ID"));
    }

    // An id is the publisher's: the header brings it back as it was, in UTF-8
    [Fact]
    public async Task Should_bring_back_an_id_of_any_characters()
    {
        var id = $"urn:é 漢字:{Guid.NewGuid()}";
        await hub.MustPublishAsync(("topic", _topic), ("id", id));
        using var response = await hub.SubscribeAsync($"?topic={_topic}&lastEventID={Uri.EscapeDataString(id)}");

        Assert.Equal(id, System.Text.Encoding.UTF8.GetString(System.Text.Encoding.Latin1.GetBytes(BeginningOf(response)!)));
    }

    private static string? BeginningOf(HttpResponseMessage response) => response.Headers.NonValidated["Last-Event-ID"].ToString();
}
