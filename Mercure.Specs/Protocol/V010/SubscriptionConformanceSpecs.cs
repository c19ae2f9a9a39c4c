using System.Net;
using Mercure.Http.Protocol;
using Xunit;

namespace Mercure.Specs.Protocol.V010;

/// <summary>Spec draft 07, Topic Selectors and Subscription, over the wire.</summary>
public sealed class SubscriptionConformanceSpecs(V010Fixture hub) : IClassFixture<V010Fixture>
{
    private readonly string _topic = $"https://example.com/{Guid.NewGuid()}";

    // Topic Selectors: the four steps, live and on replay
    [Theory]
    [InlineData("*", "/1", true)]
    [InlineData("/1", "/1", true)]
    [InlineData("/{id}", "/1", true)]
    // "This allows comparison of a URI Template with another one"
    [InlineData("/{id}", "/{id}", true)]
    [InlineData("/{id", "/{id", true)]
    [InlineData("/{id}", "/{other}", false)]
    [InlineData("/{id}", "/1/2", false)]
    [InlineData("/1", "/2", false)]
    [InlineData("/*", "/1", false)]
    public async Task Should_send_what_the_selector_matches(string selector, string topic, bool matches)
    {
        selector = selector == "*" ? selector : _topic + selector;
        using var response = await hub.SubscribeAsync($"?topic={Uri.EscapeDataString(selector)}&topic={_topic}/end");
        using var events = await EventStream.OfAsync(response);
        var start = await hub.MustPublishAsync(("topic", _topic + "/start"));
        await hub.MustPublishAsync(("topic", _topic + topic), ("data", "x"));
        await hub.MustPublishAsync(("topic", _topic + "/end"), ("data", "end"));
        using var later = await hub.SubscribeAsync($"?topic={Uri.EscapeDataString(selector)}&topic={_topic}/end&lastEventID={start}");
        using var replayed = await EventStream.OfAsync(later);

        Assert.Equal(matches ? "x" : "end", await DataOfThisSpecAsync(events));
        Assert.Equal(matches ? "x" : "end", await DataOfThisSpecAsync(replayed));
    }

    // Publication: "The hub MUST dispatch this update to subscribers subscribed to either canonical or alternate IRIs"
    [Fact]
    public async Task Should_send_an_update_once_to_who_asked_for_it_twice()
    {
        using var response = await hub.SubscribeAsync($"?topic=*&topic={_topic}/1&topic={Uri.EscapeDataString(_topic + "/{x}")}");
        using var events = await EventStream.OfAsync(response);
        await hub.MustPublishAsync(("topic", _topic), ("topic", _topic + "/1"), ("data", "1"));
        await hub.MustPublishAsync(("topic", _topic), ("data", "2"));

        Assert.Equal("1", await DataOfThisSpecAsync(events));
        Assert.Equal("2", await DataOfThisSpecAsync(events));
    }

    // Subscription: "All other properties ... MUST be supported by hubs"; URI Query Parameter: "Cache-Control ... private"
    [Fact]
    public async Task Should_send_an_update_with_all_its_properties()
    {
        using var response = await hub.SubscribeAsync($"?topic={_topic}");
        using var events = await EventStream.OfAsync(response);
        await hub.MustPublishAsync(("topic", _topic), ("data", "a\nb"), ("id", $"urn:{_topic}"), ("type", "k"), ("retry", "7"));

        var received = await events.NextAsync();
        Assert.Equal(("a\nb", $"urn:{_topic}", "k", 7UL), (received!.Data, received.LastEventId, received.Type, received.Retry));
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.ToString());
        Assert.True(response.Headers.CacheControl!.Private && response.Headers.CacheControl.NoStore);
    }

    [Fact]
    public async Task Should_answer_HEAD_with_the_head_alone()
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, new Uri(hub.Url, $"?topic={_topic}"));
        using var response = await hub.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.ToString());
        Assert.Empty(await response.Content.ReadAsByteArrayAsync());
    }

    // Subscription: "the hub MAY apply an arbitrary limit"
    [Fact]
    public async Task Should_limit_number_and_length_of_selectors()
    {
        var topics = Enumerable.Range(0, Limits.Topics + 1).Select(i => $"topic={i}").ToList();
        using var most = await hub.SubscribeAsync("?" + string.Join('&', topics[1..]));
        using var more = await hub.SubscribeAsync("?" + string.Join('&', topics));
        using var longest = await hub.SubscribeAsync("?topic=" + new string('a', Limits.NameLength));
        using var longer = await hub.SubscribeAsync("?topic=" + new string('a', Limits.NameLength + 1));
        using var none = await hub.SubscribeAsync("");

        Assert.Equal(HttpStatusCode.OK, most.StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, more.StatusCode);
        Assert.Equal(HttpStatusCode.OK, longest.StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, longer.StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, none.StatusCode);
    }

    /// <summary>Of the next update of this spec: who asks for everything gets the other specs', too.</summary>
    private static async Task<string> DataOfThisSpecAsync(EventStream events)
    {
        while (true)
        {
            var received = await events.NextAsync();
            if (received!.Data.Length > 0)
                return received.Data;
        }
    }
}
