using System.Net;
using System.Text.RegularExpressions;
using Mercure.Actors.Authorization;
using Mercure.Actors.Updates;
using Mercure.Http.Protocol;
using Mercure.Specs.Tokens;
using Xunit;

namespace Mercure.Specs.Protocol.V010;

/// <summary>Spec draft 07, Publication and Publishers, over the wire.</summary>
public sealed partial class PublicationConformanceSpecs(V010Fixture hub) : IClassFixture<V010Fixture>
{
    private readonly string _topic = $"https://example.com/{Guid.NewGuid()}";

    // Publication: the fields of an update
    [Fact]
    public async Task Should_hand_every_field_to_the_hub()
    {
        await using var own = await new V010Fixture { IsRecorded = true }.StartedAsync();
        await own.MustPublishAsync(("topic", "t"), ("topic", "u"), ("data", "d"), ("private", "on"), ("id", "urn:i"), ("type", "k"), ("retry", "12"));

        var update = own.Hub.Published.Single();
        Assert.Equal(Generation.V010, update.Generation);
        Assert.Equal(["t", "u"], update.Topics);
        Assert.Equal(["t", "u"], update.Audience.Names.Select(name => name.Value));
        Assert.All(update.Audience.Names, name => Assert.Equal(AudienceKind.Topic, name.Kind));
        Assert.Equal("d"u8.ToArray(), update.Data!.Value.ToArray());
        Assert.Equal(("urn:i", "k", 12UL), (update.Id, update.Type, update.Retry));
    }

    // Publication: "it CAN contain any value, including an empty string"
    [Theory]
    [InlineData("on")]
    [InlineData("")]
    [InlineData("off")]
    public async Task Should_take_an_update_for_private_whatever_the_field_holds(string value)
    {
        await using var own = await new V010Fixture { IsRecorded = true }.StartedAsync();
        await own.MustPublishAsync(("topic", "t"), ("private", value));

        Assert.False(own.Hub.Published.Single().Audience.IsPublic);
    }

    // Publication: "data (optional)"
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Should_dispatch_an_update_without_data(bool isEmpty)
    {
        using var response = await hub.SubscribeAsync($"?topic={_topic}");
        using var events = await EventStream.OfAsync(response);
        var id = isEmpty ? await hub.MustPublishAsync(("topic", _topic), ("data", "")) : await hub.MustPublishAsync(("topic", _topic));

        var received = await events.NextAsync();
        Assert.Equal((id, ""), (received!.LastEventId, received.Data));
    }

    // Publication: "If omitted, the hub MUST generate a valid IRI"; "the HTTP response body MUST be the id"
    [Fact]
    public async Task Should_answer_with_a_new_urn_when_the_publisher_gave_no_id()
    {
        using var response = await hub.SubscribeAsync($"?topic={_topic}");
        using var events = await EventStream.OfAsync(response);
        var id = await hub.MustPublishAsync(("topic", _topic), ("data", "x"));

        Assert.Matches(Urn(), id);
        Assert.Equal(id, (await events.NextAsync())!.LastEventId);
    }

    [Fact]
    public async Task Should_keep_the_id_that_the_publisher_gave() =>
        Assert.Equal("did:example:1", await hub.MustPublishAsync(("topic", _topic), ("id", "did:example:1")));

    // Publication: "The provided ID MUST NOT start with the # character"; Reconnection: earliest; Topic Selectors: *; CWE-93
    [Theory]
    [InlineData("id", "#1")]
    [InlineData("id", "earliest")]
    [InlineData("id", "a\nid: b")]
    [InlineData("type", "a\rdata: b")]
    [InlineData("topic", "*")]
    [InlineData("topic", "/.well-known/mercure/subscriptions/a/b")]
    [InlineData("topic", "https://h.example/.well-known/mercure/subscriptions/a/b")]
    [InlineData("topic", "")]
    [InlineData("retry", "-1")]
    public async Task Should_answer_400_to_what_would_be_another_thing_in_a_stream(string name, string value)
    {
        using var response = await hub.PublishAsync(hub.PublisherToken, ("topic", _topic), (name, value));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    // Publishers: "every topic of the update to dispatch matches at least one of the topic selectors"
    [Theory]
    [InlineData("*", "https://example.com/1,urn:2", HttpStatusCode.OK)]
    [InlineData("https://example.com/1", "https://example.com/1", HttpStatusCode.OK)]
    [InlineData("https://example.com/{id},urn:2", "https://example.com/1,urn:2", HttpStatusCode.OK)]
    [InlineData("https://example.com/{id}", "https://example.com/{id}", HttpStatusCode.OK)]
    [InlineData("https://example.com/{id}", "https://example.com/1,https://example.com/2", HttpStatusCode.OK)]
    // "even if some topics in the list are allowed", whether the canonical or an alternate one
    [InlineData("https://example.com/{id}", "https://example.com/1,urn:2", HttpStatusCode.Forbidden)]
    [InlineData("https://example.com/{id}", "urn:2,https://example.com/1", HttpStatusCode.Forbidden)]
    [InlineData("https://example.com/{id}", "https://example.com/1/2", HttpStatusCode.Forbidden)]
    [InlineData("https://example.com/1", "https://example.com/11", HttpStatusCode.Forbidden)]
    public async Task Should_publish_about_topics_that_the_token_selects_and_no_others(string selectors, string topics, HttpStatusCode expected)
    {
        var token = V010Tokens.Publisher(selectors.Split(','));
        var fields = topics.Split(',').Select(topic => ("topic", topic)).ToArray();
        using var response = await hub.PublishAsync(token, fields);
        using var secret = await hub.PublishAsync(token, [.. fields, ("private", "on")]);

        Assert.Equal(expected, response.StatusCode);
        Assert.Equal(expected, secret.StatusCode);
    }

    // Publishers: "If mercure.publish is not defined, or contains an empty array, then the publisher MUST NOT be authorized"
    [Theory]
    [InlineData("""{"mercure":{"publish":[]}}""", "is empty")]
    [InlineData("""{"mercure":{}}""", "has no claim")]
    [InlineData("""{"mercure":{"publish":null}}""", "has no claim")]
    [InlineData("""{"mercure":{"publish":"*"}}""", "not an array")]
    [InlineData("""{"mercure":{"publish":["*",1]}}""", "not an array")]
    [InlineData("""{"mercure":["publish"]}""", "is not an object")]
    [InlineData("{}", "has no claim")]
    public async Task Should_answer_401_with_the_reason_without_a_claim_that_lets_publish(string payload, string reason)
    {
        using var response = await hub.PublishAsync(TestTokens.Hmac(payload, V010Tokens.Secret), ("topic", _topic));

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Contains(reason, await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Should_answer_401_without_a_token()
    {
        using var response = await hub.PublishAsync(token: null, ("topic", _topic));

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal("Bearer", response.Headers.WwwAuthenticate.Single().ToString());
    }

    // Publication: "The request MUST be encoded using the application/x-www-form-urlencoded format"
    [Fact]
    public async Task Should_answer_415_to_another_format()
    {
        using var response = await hub.PostAsync(hub.PublisherToken, new StringContent("{}", mediaType: null));

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
    }

    // RFC 9110, 9.3.7
    [Fact]
    public async Task Should_say_what_the_hub_can_do()
    {
        using var request = new HttpRequestMessage(HttpMethod.Options, hub.Url);
        using var options = await hub.Client.SendAsync(request);
        using var put = await hub.Client.PutAsync(hub.Url, content: null);

        Assert.Equal(HttpStatusCode.NoContent, options.StatusCode);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, put.StatusCode);
        Assert.Equal(["GET", "HEAD", "OPTIONS", "POST"], options.Content.Headers.Allow.Order(StringComparer.Ordinal));
        Assert.Equal(options.Content.Headers.Allow, put.Content.Headers.Allow);
    }

    [Fact]
    public async Task Should_limit_topics()
    {
        var fields = Enumerable.Range(0, Limits.Topics + 1).Select(i => ("topic", $"{_topic}/{i}")).ToArray();
        using var most = await hub.PublishAsync(hub.PublisherToken, fields[1..]);
        using var more = await hub.PublishAsync(hub.PublisherToken, fields);

        Assert.Equal(HttpStatusCode.OK, most.StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, more.StatusCode);
    }

    [GeneratedRegex("^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Urn();
}
