using System.Net;
using Mercure.Http.Settings;
using Mercure.Http.Tokens;
using Mercure.Specs.Tokens;
using Xunit;

namespace Mercure.Specs.Protocol.V010;

/// <summary>Spec draft 07, Authorization, over the wire.</summary>
public sealed class AuthorizationConformanceSpecs(V010Fixture hub) : IClassFixture<V010Fixture>
{
    private readonly string _topic = $"https://example.com/{Guid.NewGuid()}";

    // Subscribers: "at least one topic of the update to dispatch (canonical or alternate) matches at least one topic selector"
    [Theory]
    [InlineData("*", true)]
    [InlineData("{topic}", true)]
    [InlineData("{topic}/alternate", true)]
    [InlineData("urn:other,https://example.com/{id}", true)]
    [InlineData("urn:other", false)]
    [InlineData("https://example.com/{id}/other", false)]
    [InlineData("", false)]
    public async Task Should_send_private_updates_only_to_those_whose_token_selects_one_of_their_topics(string selectors, bool mayRead)
    {
        var token = V010Tokens.Subscriber(selectors.Replace("{topic}", _topic, StringComparison.Ordinal).Split(',', StringSplitOptions.RemoveEmptyEntries));
        using var live = await hub.SubscribeAsync($"?topic={_topic}", ("Authorization", $"Bearer {token}"));
        using var events = await EventStream.OfAsync(live);
        var start = await hub.MustPublishAsync(("topic", "start"));
        await hub.MustPublishAsync(("topic", _topic), ("topic", _topic + "/alternate"), ("data", "secret"), ("private", "on"));
        await hub.MustPublishAsync(("topic", _topic), ("data", "public"));
        using var replay = await hub.SubscribeAsync($"?topic={_topic}&lastEventID={start}", ("Authorization", $"Bearer {token}"));
        using var replayed = await EventStream.OfAsync(replay);

        Assert.Equal(mayRead ? "secret" : "public", (await events.NextAsync())!.Data);
        Assert.Equal(mayRead ? "secret" : "public", (await replayed.NextAsync())!.Data);
    }

    [Fact]
    public async Task Should_send_public_updates_to_anonymous_subscribers()
    {
        using var response = await hub.SubscribeAsync($"?topic={_topic}");
        using var events = await EventStream.OfAsync(response);
        await hub.MustPublishAsync(("topic", _topic), ("data", "secret"), ("private", ""));
        await hub.MustPublishAsync(("topic", _topic), ("data", "public"));

        Assert.Equal("public", (await events.NextAsync())!.Data);
    }

    // Authorization: header, then query parameter, then cookie; what comes first counts, though it be bad
    [Theory]
    [InlineData("good", null, null, true)]
    [InlineData(null, "good", null, true)]
    [InlineData(null, null, "good", true)]
    [InlineData("good", "bad", "bad", true)]
    [InlineData(null, "good", "bad", true)]
    [InlineData("bad", "good", "good", false)]
    [InlineData(null, "bad", "good", false)]
    [InlineData(null, "", "good", false)]
    public async Task Should_take_the_token_of_the_header_then_of_the_query_then_of_the_cookie(string? header, string? query, string? cookie, bool isTaken)
    {
        static string? Token(string? which) => which == "good" ? V010Tokens.Subscriber("*") : which;
        var headers = new List<(string, string)>();
        if (header is not null)
            headers.Add(("Authorization", $"Bearer {Token(header)}"));
        if (cookie is not null)
            headers.Add(("Cookie", $"mercureAuthorization={Token(cookie)}"));
        using var response = await hub.SubscribeAsync($"?topic={_topic}{(query is null ? "" : $"&authorization={Token(query)}")}", [.. headers]);

        Assert.Equal(isTaken ? HttpStatusCode.OK : HttpStatusCode.Unauthorized, response.StatusCode);
        if (!isTaken)
            return;
        using var events = await EventStream.OfAsync(response);
        await hub.MustPublishAsync(("topic", _topic), ("data", "secret"), ("private", ""));
        Assert.Equal("secret", (await events.NextAsync())!.Data);
    }

    [Fact]
    public async Task Should_not_choose_between_two_tokens_of_a_query()
    {
        using var response = await hub.SubscribeAsync($"?topic=t&authorization={V010Tokens.Subscriber("*")}&authorization=x");

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    // Security Considerations: "web server logs"
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Should_log_no_token_of_a_query(bool isGood)
    {
        var token = isGood ? V010Tokens.Publisher("*") : TestTokens.Hmac("{}", "another");
        await using var own = await new V010Fixture { Settings = HubFixture.Both with { AccessLog = true, Debug = true } }.StartedAsync();
        using var published = await own.Client.PostAsync(
            new Uri(own.Url, $"?authorization={token}"), new FormUrlEncodedContent([KeyValuePair.Create("topic", "t"), KeyValuePair.Create("id", "#")]));
        using var subscribed = await own.SubscribeAsync($"?topic=t&authorization={token}.", ("Referer", $"http://h/?authorization={token}"));
        using var crossed = await own.PostAsync(
            token: null, new FormUrlEncodedContent([]), ("Cookie", $"mercureAuthorization={token}"), ("Referer", $"odd:?authorization={token}"));

        Assert.Equal(isGood ? HttpStatusCode.BadRequest : HttpStatusCode.Unauthorized, published.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, subscribed.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, crossed.StatusCode);
        Assert.NotEmpty(own.Logs.Lines);
        Assert.DoesNotContain(own.Logs.Lines, line => line.Contains(token, StringComparison.Ordinal));
        Assert.Equal("no-referrer", subscribed.Headers.GetValues("Referrer-Policy").Single());
    }

    // Cookie: "it may be necessary to use a different name"
    [Fact]
    public async Task Should_read_the_cookie_of_the_name_that_is_set()
    {
        var settings = HubFixture.Both with
        {
            V010 = HubFixture.Both.V010! with { CookieName = "other" },
            Tokens = HubFixture.Both.Tokens with { AllowAnonymous = false },
        };
        await using var own = await new V010Fixture { Settings = settings }.StartedAsync();
        using var other = await own.SubscribeAsync("?topic=t", ("Cookie", $"mercureAuthorization=x; other={V010Tokens.Subscriber()}"));
        using var usual = await own.SubscribeAsync("?topic=t", ("Cookie", $"mercureAuthorization={V010Tokens.Subscriber()}"));

        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, usual.StatusCode);
    }

    // Security Considerations: Cross-Site Request Forgery
    [Theory]
    [InlineData("Origin", "https://example.com", HttpStatusCode.OK)]
    [InlineData("Referer", "https://example.com/a?b", HttpStatusCode.OK)]
    [InlineData("Origin", "https://evil.example", HttpStatusCode.Unauthorized)]
    [InlineData("Origin", "null", HttpStatusCode.Unauthorized)]
    [InlineData("X-None", "", HttpStatusCode.Unauthorized)]
    public async Task Should_let_only_allowed_origins_publish_with_the_cookie(string header, string value, HttpStatusCode expected)
    {
        using var response = await hub.PostAsync(
            token: null,
            new FormUrlEncodedContent([KeyValuePair.Create("topic", "t")]),
            ("Cookie", $"mercureAuthorization={hub.PublisherToken}"),
            (header, value));

        Assert.Equal(expected, response.StatusCode);
    }

    // The claim under the owner's URL, for identity providers that add no other; it goes before the short one
    [Theory]
    [InlineData("""{"https://mercure.rocks/":{"publish":["*"]}}""", HttpStatusCode.OK)]
    [InlineData("""{"https://mercure.rocks/":{"publish":["*"]},"mercure":{"publish":[]}}""", HttpStatusCode.OK)]
    [InlineData("""{"https://mercure.rocks/":{"publish":[]},"mercure":{"publish":["*"]}}""", HttpStatusCode.Unauthorized)]
    [InlineData("""{"https://mercure.rocks":{"publish":["*"]}}""", HttpStatusCode.Unauthorized)]
    public async Task Should_read_the_namespaced_claim(string payload, HttpStatusCode expected)
    {
        using var response = await hub.PublishAsync(TestTokens.Hmac(payload, V010Tokens.Secret), ("topic", "t"));

        Assert.Equal(expected, response.StatusCode);
    }

    // "mercure.subscribe": an array of strings. Whoever asked for more would wait on a silent stream
    [Theory]
    [InlineData("""{"mercure":{"subscribe":"*"}}""", "The claim mercure.subscribe of the token is not an array of strings.")]
    [InlineData("""{"mercure":{"subscribe":["a",{"match":"b"}]}}""", "The claim mercure.subscribe of the token is not an array of strings.")]
    [InlineData("""{"https://mercure.rocks/":{"subscribe":"*"},"mercure":{"subscribe":["*"]}}""", "The claim mercure.subscribe of the token is not an array of strings.")]
    [InlineData("""{"mercure":["*"]}""", "The claim mercure of the token is not an object.")]
    [InlineData("""{"https://mercure.rocks/":"*"}""", "The claim https://mercure.rocks/ of the token is not an object.")]
    public async Task Should_refuse_a_subscriber_whose_claim_has_another_form(string payload, string reason)
    {
        var token = TestTokens.Hmac(payload, V010Tokens.Secret);
        using var response = await hub.SubscribeAsync($"?topic={_topic}", ("Authorization", $"Bearer {token}"));
        using var cookie = await hub.SubscribeAsync($"?topic={_topic}", ("Cookie", $"mercureAuthorization={token}"));

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, cookie.StatusCode);
        Assert.Contains(reason, await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    // Subscribers: "the connection MUST be closed by the hub at that time"
    [Fact]
    public async Task Should_end_the_stream_when_the_token_expires()
    {
        var expiry = TimeProvider.System.GetUtcNow().AddSeconds(2).ToUnixTimeSeconds();
        var token = TestTokens.Hmac($$$"""{"mercure":{"subscribe":["*"]},"exp":{{{expiry}}}}""", V010Tokens.Secret);
        using var response = await hub.SubscribeAsync($"?topic={_topic}&authorization={token}");
        using var events = await EventStream.OfAsync(response);

        Assert.Null(await events.NextAsync());
    }

    // Authorization: "Different keys MAY be used"; an algorithm may be asked for besides
    [Fact]
    public async Task Should_take_only_the_algorithm_that_is_set()
    {
        var settings = HubFixture.Both with
        {
            V010 = new V010Settings(new RoleKeys(TokenKey.Parse(V010Tokens.Secret).For("HS384")), HubFixture.Both.V010!.Subscriber),
        };
        await using var own = await new V010Fixture { Settings = settings }.StartedAsync();
        const string Payload = """{"mercure":{"publish":["*"]}}""";
        using var wrong = await own.PublishAsync(TestTokens.Hmac(Payload, V010Tokens.Secret), ("topic", "t"));
        using var right = await own.PublishAsync(TestTokens.Hmac(Payload, V010Tokens.Secret, "HS384"), ("topic", "t"));

        Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
        Assert.Contains("which accepts HS384.", await wrong.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, right.StatusCode);
    }
}
