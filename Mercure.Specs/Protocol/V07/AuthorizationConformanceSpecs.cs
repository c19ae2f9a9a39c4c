using System.Net;
using Mercure.Http.Tokens;
using Mercure.Specs.Tokens;
using Xunit;

namespace Mercure.Specs.Protocol.V07;

/// <summary>Spec draft 04, Authorization and Security Considerations, over the wire.</summary>
public sealed class AuthorizationConformanceSpecs(HubFixture hub) : IClassFixture<HubFixture>
{
    // Authorization: "this JWS MUST be valid"
    [Fact]
    public async Task Should_say_what_is_wrong_with_a_token_in_body_header_and_log_but_not_the_token()
    {
        var token = TestTokens.Hmac("""{"exp":1500000000,"mercure":{"publish":[]}}""");
        using var response = await hub.PublishAsync(token, ("topic", "t"), ("data", "x"));

        const string Reason = "The token expired at 2017-07-14T02:40:00Z.";
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal(Reason + "\n", await response.Content.ReadAsStringAsync());
        Assert.Equal($"Bearer error=\"invalid_token\", error_description=\"{Reason}\"", response.Headers.WwwAuthenticate.ToString());
        Assert.Contains(hub.Logs.Lines, line => line.Contains("(401)", StringComparison.Ordinal) && line.Contains(Reason, StringComparison.Ordinal));
        Assert.DoesNotContain(hub.Logs.Lines, line => line.Contains(token, StringComparison.Ordinal) || line.Contains(token.Split('.')[2], StringComparison.Ordinal));
    }

    // Security Considerations: "The secret key(s) MUST be stored securely"; RFC 7518, 3.2: one that can be guessed is told at the start
    [Theory]
    [InlineData(31, true)]
    [InlineData(32, false)]
    public async Task Should_warn_of_a_key_that_can_be_guessed(int length, bool warns)
    {
        var key = new string('k', length);
        await using var own = await new HubFixture
        {
            Settings = HubFixture.Default with { V07 = new(TokenKey.Parse(key), TokenKey.Parse(key)) },
        }.StartedAsync();

        foreach (var role in new[] { "publisher", "subscriber" })
            Assert.Equal(warns, own.Logs.Lines.Any(line => line.Contains($"The {role} key is shorter than 32 bytes", StringComparison.Ordinal)));
        Assert.DoesNotContain(own.Logs.Lines, line => line.Contains(key, StringComparison.Ordinal));
    }

    // Authorization: "If both ... are presented by the client, the cookie MUST be ignored"
    [Fact]
    public async Task Should_ignore_the_cookie_when_there_is_a_header()
    {
        using var response = await SubscribeAsync(("Authorization", "Bearer bad"), ("Cookie", $"mercureAuthorization={TestTokens.Subscriber("a")}"));

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    // Authorization: "using a cookie"
    [Theory]
    [InlineData("Authorization", "Bearer ")]
    [InlineData("Cookie", "mercureAuthorization=")]
    public async Task Should_take_the_token_from_header_or_cookie(string header, string prefix)
    {
        using var response = await SubscribeAsync((header, prefix + TestTokens.Subscriber("a")));
        using var events = await EventStream.OfAsync(response);
        var topic = Topic();
        await hub.MustPublishAsync(("topic", "t"), ("data", "secret" + topic), ("target", "a"));

        Assert.Equal("secret" + topic, (await events.NextAsync())!.Data);
    }

    // Authorization: "using a cookie"; a browser sends those of everybody on the domain too, in whatever text they were set
    [Theory]
    [InlineData("name=\u00e9; mercureAuthorization={0}")]
    [InlineData("mercureAuthorization={0}; name=\u00c3\u00a9\u00ff")]
    public async Task Should_find_the_token_beside_cookies_that_are_not_UTF8(string cookies)
    {
        var topic = Topic();
        var cookie = cookies.Replace("{0}", TestTokens.Subscriber("a"), StringComparison.Ordinal);
        using var client = new System.Net.Sockets.TcpClient();
        await client.ConnectAsync(hub.Url.Host, hub.Url.Port);
        await client.GetStream().WriteAsync(System.Text.Encoding.Latin1.GetBytes($"GET /hub?topic={topic} HTTP/1.0\r\nHost: h\r\nCookie: {cookie}\r\n\r\n"));
        using var events = new EventStream(client.GetStream());

        Assert.StartsWith("HTTP/1.1 200", await events.LineAsync(), StringComparison.Ordinal);
        while (await events.LineAsync() is { Length: > 0 })
        {
        }

        await hub.MustPublishAsync(("topic", topic), ("data", "secret"), ("target", "a"));
        Assert.Equal("secret", (await events.NextAsync())!.Data);
    }

    // Authorization: two headers are not the one header
    [Fact]
    public async Task Should_answer_401_to_two_headers()
    {
        using var client = new System.Net.Sockets.TcpClient();
        await client.ConnectAsync(hub.Url.Host, hub.Url.Port);
        var header = $"Authorization: Bearer {TestTokens.Subscriber("a")}\r\n";
        await client.GetStream().WriteAsync(System.Text.Encoding.ASCII.GetBytes($"GET /hub?topic=t HTTP/1.1\r\nHost: h\r\n{header}{header}\r\n"));
        using var reader = new StreamReader(client.GetStream());

        Assert.StartsWith("HTTP/1.1 401", await reader.ReadLineAsync(), StringComparison.Ordinal);
    }

    // Subscribers: "MAY need to be authorized"; anonymous does not mean that anything goes
    [Fact]
    public async Task Should_answer_401_to_a_bad_token_also_when_anonymous_subscribers_are_served()
    {
        using var anonymous = await SubscribeAsync();
        using var bad = await SubscribeAsync(("Authorization", $"Bearer {TestTokens.Hmac("{}", "another")}"));

        Assert.Equal(HttpStatusCode.OK, anonymous.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, bad.StatusCode);
    }

    [Fact]
    public async Task Should_answer_401_to_anonymous_subscribers_when_they_are_not_served()
    {
        var settings = HubFixture.Default with { Tokens = HubFixture.Default.Tokens with { AllowAnonymous = false } };
        await using var closed = await new HubFixture { Settings = settings }.StartedAsync();
        using var anonymous = await closed.SubscribeAsync("?topic=t");
        using var bearer = await closed.SubscribeAsync("?topic=t", ("Authorization", $"Bearer {TestTokens.Hmac("{}")}"));

        Assert.Equal(HttpStatusCode.Unauthorized, anonymous.StatusCode);
        Assert.Equal(HttpStatusCode.OK, bearer.StatusCode);
    }

    // Authorization: "A different key MAY be used to sign subscribers' and publishers' tokens"
    [Fact]
    public async Task Should_keep_the_keys_of_publishers_and_subscribers_apart()
    {
        var settings = HubFixture.Default with { V07 = HubFixture.Default.V07! with { Subscriber = new RoleKeys(TokenKey.Parse("another")) } };
        await using var own = await new HubFixture { Settings = settings }.StartedAsync();
        using var publisher = await own.PublishAsync(TestTokens.Publisher(), ("topic", "t"), ("data", "x"));
        using var crossed = await own.SubscribeAsync("?topic=t", ("Authorization", $"Bearer {TestTokens.Subscriber("*")}"));
        using var subscriber = await own.SubscribeAsync("?topic=t", ("Authorization", $"Bearer {TestTokens.Hmac("{}", "another")}"));

        Assert.Equal(HttpStatusCode.OK, publisher.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, crossed.StatusCode);
        Assert.Equal(HttpStatusCode.OK, subscriber.StatusCode);
    }

    // Subscribers: "the update MUST NOT be sent to the subscriber ... unless ... at least one of the specified targets"
    [Theory]
    [InlineData(null, "public")]
    [InlineData("""{}""", "public")]
    [InlineData("""{"mercure":{"subscribe":[]}}""", "public")]
    [InlineData("""{"mercure":{"subscribe":["b"]}}""", "ab,public")]
    [InlineData("""{"mercure":{"subscribe":["*"]}}""", "a,ab,public")]
    public async Task Should_send_updates_only_to_those_who_hold_one_of_their_targets(string? payload, string expected)
    {
        var topic = Topic();
        (string, string)[] headers = payload is null ? [] : [("Authorization", $"Bearer {TestTokens.Hmac(payload)}")];
        using var response = await hub.SubscribeAsync($"?topic={topic}", headers);
        using var events = await EventStream.OfAsync(response);

        await hub.MustPublishAsync(("topic", topic), ("data", "a"), ("target", "a"));
        await hub.MustPublishAsync(("topic", topic), ("data", "ab"), ("target", "a"), ("target", "b"));
        await hub.MustPublishAsync(("topic", topic), ("data", "public"));

        foreach (var data in expected.Split(','))
        {
            Assert.Equal(data, (await events.NextAsync())!.Data);
        }
    }

    // "mercure": an object; "mercure.subscribe": an array of strings. Whoever asked for more would wait on a silent stream
    [Theory]
    [InlineData("""{"mercure":{"subscribe":"*"}}""", "The claim mercure.subscribe of the token is not an array of strings.")]
    [InlineData("""{"mercure":{"subscribe":[["*"]]}}""", "The claim mercure.subscribe of the token is not an array of strings.")]
    [InlineData("""{"mercure":{"subscribe":["a",null]}}""", "The claim mercure.subscribe of the token is not an array of strings.")]
    [InlineData("""{"mercure":{"subscribe":{"0":"*"}}}""", "The claim mercure.subscribe of the token is not an array of strings.")]
    [InlineData("""{"mercure":{"subscribe":1}}""", "The claim mercure.subscribe of the token is not an array of strings.")]
    [InlineData("""{"mercure":[]}""", "The claim mercure of the token is not an object.")]
    [InlineData("""{"mercure":"*"}""", "The claim mercure of the token is not an object.")]
    public async Task Should_refuse_a_subscriber_whose_claim_has_another_form(string payload, string reason)
    {
        using var response = await SubscribeAsync(("Authorization", $"Bearer {TestTokens.Hmac(payload)}"));

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Contains(reason, await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Contains(reason, response.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
    }

    // A publisher's token may say what it likes of subscribing, and the other way round
    [Fact]
    public async Task Should_ask_only_for_the_claim_of_the_role()
    {
        using var publisher = await hub.PublishAsync(TestTokens.Hmac("""{"mercure":{"publish":[],"subscribe":"*"}}"""), ("topic", "t"), ("data", "x"));
        using var subscriber = await SubscribeAsync(("Authorization", $"Bearer {TestTokens.Hmac("""{"mercure":{"publish":"*","subscribe":[]}}""")}"));

        Assert.Equal(HttpStatusCode.OK, publisher.StatusCode);
        Assert.Equal(HttpStatusCode.OK, subscriber.StatusCode);
    }

    // Reconnection opens no back door: what is replayed is what would have been sent
    [Theory]
    [InlineData(null, "public")]
    [InlineData("""{"mercure":{"subscribe":[]}}""", "public")]
    [InlineData("""{"mercure":{"subscribe":["b"]}}""", "ab,public")]
    [InlineData("""{"mercure":{"subscribe":["*"]}}""", "a,ab,public")]
    public async Task Should_replay_updates_only_to_those_who_hold_one_of_their_targets(string? payload, string expected)
    {
        var topic = Topic();
        // One that most of them may not see is as good a place to go on from as any
        var last = await hub.MustPublishAsync(("topic", topic), ("data", "seen"), ("target", "a"));
        await hub.MustPublishAsync(("topic", topic), ("data", "a"), ("target", "a"));
        await hub.MustPublishAsync(("topic", topic), ("data", "ab"), ("target", "a"), ("target", "b"));
        await hub.MustPublishAsync(("topic", topic), ("data", "public"));

        (string, string)[] headers = payload is null ? [] : [("Authorization", $"Bearer {TestTokens.Hmac(payload)}")];
        using var response = await hub.SubscribeAsync($"?topic={topic}&Last-Event-ID={last}", headers);
        using var events = await EventStream.OfAsync(response);

        foreach (var data in expected.Split(','))
        {
            Assert.Equal(data, (await events.NextAsync())!.Data);
        }
    }

    // A stream must not outlive what allows it
    [Fact]
    public async Task Should_end_the_stream_when_the_token_expires()
    {
        var expiry = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() + 2;
        using var response = await SubscribeAsync(("Authorization", $"Bearer {TestTokens.Hmac($$"""{"exp":{{expiry}}}""")}"));
        using var events = await EventStream.OfAsync(response);

        Assert.Null(await events.NextAsync());
        Assert.InRange(TimeProvider.System.GetUtcNow(), DateTimeOffset.FromUnixTimeSeconds(expiry), DateTimeOffset.FromUnixTimeSeconds(expiry + 3));
    }

    // Security Considerations: "implementations supporting this mechanism MUST mitigate such attacks" (CSRF)
    [Theory]
    [InlineData("Origin", "https://example.com", HttpStatusCode.OK)]
    [InlineData("Referer", "https://example.com/page", HttpStatusCode.OK)]
    [InlineData("Origin", "https://evil.test", HttpStatusCode.Unauthorized)]
    [InlineData("Referer", "https://evil.test/", HttpStatusCode.Unauthorized)]
    [InlineData("X-Other", "1", HttpStatusCode.Unauthorized)]
    public async Task Should_let_only_allowed_origins_publish_with_the_cookie(string header, string value, HttpStatusCode status)
    {
        using var form = new FormUrlEncodedContent([new("topic", "t"), new("data", "x")]);
        using var response = await hub.PostAsync(token: null, form, ("Cookie", $"mercureAuthorization={TestTokens.Publisher()}"), (header, value));

        Assert.Equal(status, response.StatusCode);
    }

    private static string Topic() => Guid.NewGuid().ToString();

    private Task<HttpResponseMessage> SubscribeAsync(params (string Name, string Value)[] headers) => hub.SubscribeAsync("?topic=t", headers);
}
