using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Mercure.Specs.Processes;
using Mercure.Specs.Tokens;
using Xunit;

namespace Mercure.Specs.Protocol.V010;

/// <summary>Spec draft 07, Active Subscriptions, over the wire.</summary>
public sealed class SubscriptionsConformanceSpecs(TrackingFixture hub) : IClassFixture<TrackingFixture>
{
    private const string All = "/.well-known/mercure/subscriptions";

    private readonly string _topic = $"https://example.com/{Guid.NewGuid()}";

    public static TheoryData<string> Selectors =>
    [
        "https://example.com/a", "a/b", "%2F", "a%2Fb%252F", "https://example.com/{selector}{?q*}", "ü/日本語/😀", "a+b c", "*", "a?b#c", "\"quoted\\\"",
    ];

    // "it MUST publish an update every time a subscription is created or terminated", "marked as private"
    [Fact]
    public async Task Should_send_an_event_when_a_subscription_begins_and_when_it_ends()
    {
        var token = V010Tokens.Subscriber($"{All}/{{topic}}/{{subscriber}}");
        using var response = await SubscribeAsync(token, $"{All}/{Uri.EscapeDataString(_topic)}/{{subscriber}}");
        using var events = await EventStream.OfAsync(response);
        using var unauthorized = await SubscribeAsync(V010Tokens.Subscriber("another"), $"{All}/{Uri.EscapeDataString(_topic)}/{{subscriber}}", "end");
        using var others = await EventStream.OfAsync(unauthorized);

        var subscriber = await SubscribeAsync(V010Tokens.Of(new { subscribe = Array.Empty<string>(), payload = new { user = "ü", groups = new[] { 1, 2 } } }), _topic);
        var begin = Json((await events.NextAsync())!.Data);
        subscriber.Dispose();
        var end = Json((await events.NextAsync())!.Data);

        foreach (var (document, active) in new[] { (begin, true), (end, false) })
        {
            Assert.Equal("https://mercure.rocks/", document.GetProperty("@context").GetString());
            Assert.Equal($"{All}/{Uri.EscapeDataString(_topic)}/{Uri.EscapeDataString(document.GetProperty("subscriber").GetString()!)}", document.GetProperty("id").GetString());
            Assert.Equal("Subscription", document.GetProperty("type").GetString());
            Assert.Equal(_topic, document.GetProperty("topic").GetString());
            Assert.StartsWith("urn:uuid:", document.GetProperty("subscriber").GetString(), StringComparison.Ordinal);
            Assert.Equal(active, document.GetProperty("active").GetBoolean());
            Assert.Equal("""{"user":"ü","groups":[1,2]}""", JsonSerializer.Serialize(document.GetProperty("payload"), Relaxed));
        }

        Assert.Equal(begin.GetProperty("id").GetString(), end.GetProperty("id").GetString());
        // What the others were not sent lies between their beginning and this.
        await hub.MustPublishAsync(("topic", "end"), ("data", "end"));
        Assert.Equal("end", (await others.NextAsync())!.Data);
    }

    // "If a subscriber has several subscriptions, it SHOULD be identified by the same identifier"
    [Fact]
    public async Task Should_list_a_subscriber_once_for_each_selector_under_one_identifier()
    {
        using var subscriber = await SubscribeAsync(V010Tokens.Subscriber(), _topic, $"{_topic}/{{id}}", _topic);

        var own = (await ListAsync(All)).GetProperty("subscriptions").EnumerateArray()
            .Where(one => one.GetProperty("topic").GetString()!.StartsWith(_topic, StringComparison.Ordinal)).ToList();

        Assert.Equal(2, own.Count);
        Assert.Single(own.Select(one => one.GetProperty("subscriber").GetString()).Distinct());
        Assert.All(own, one => Assert.True(one.GetProperty("active").GetBoolean()));
        Assert.All(own, one => Assert.False(one.TryGetProperty("payload", out _)));
    }

    // "They MUST be percent encoded during the expansion process": a selector finds itself by its URL, whatever is in it
    [Theory]
    [MemberData(nameof(Selectors))]
    public async Task Should_find_a_selector_by_its_url(string selector)
    {
        using var subscriber = await SubscribeAsync(V010Tokens.Subscriber(), selector);
        var url = $"{All}/{Uri.EscapeDataString(selector)}";

        var list = await ListAsync(url);
        var found = list.GetProperty("subscriptions").EnumerateArray().First();
        var single = await ListAsync(found.GetProperty("id").GetString()!);

        Assert.Equal(url, list.GetProperty("id").GetString());
        Assert.All(list.GetProperty("subscriptions").EnumerateArray(), one => Assert.Equal(selector, one.GetProperty("topic").GetString()));
        Assert.Equal(selector, single.GetProperty("topic").GetString());
        Assert.Equal(found.GetProperty("subscriber").GetString(), single.GetProperty("subscriber").GetString());
        Assert.True(single.GetProperty("active").GetBoolean());
    }

    // "all endpoints MUST set the lastEventID property", "MUST set the Content-Type HTTP header to application/ld+json"
    [Fact]
    public async Task Should_say_what_the_last_event_was_and_follow_from_there()
    {
        var published = await hub.MustPublishAsync(("topic", _topic), ("data", "1"));
        using var answer = await GetAsync(All, hub.Reader);
        var list = Json(await answer.Content.ReadAsStringAsync());

        Assert.Equal("application/ld+json", answer.Content.Headers.ContentType!.ToString());
        Assert.Equal("https://mercure.rocks/", list.GetProperty("@context").GetString());
        Assert.Equal(All, list.GetProperty("id").GetString());
        Assert.Equal("Subscriptions", list.GetProperty("type").GetString());
        Assert.Equal(published, list.GetProperty("lastEventID").GetString());

        using var subscriber = await SubscribeAsync(V010Tokens.Subscriber(), _topic);
        using var response = await hub.SubscribeAsync(
            $"?topic={Uri.EscapeDataString($"{All}/{{topic}}/{{subscriber}}")}&lastEventID={published}&authorization={hub.Reader}");
        using var events = await EventStream.OfAsync(response);
        Assert.Equal(_topic, Json((await events.NextAsync())!.Data).GetProperty("topic").GetString());
    }

    [Fact]
    public async Task Should_say_earliest_before_the_first_event()
    {
        await using var own = await new TrackingFixture().StartedAsync();
        using var answer = await GetAsync(own, All, V010Tokens.Subscriber("*"));
        Assert.Equal("earliest", Json(await answer.Content.ReadAsStringAsync()).GetProperty("lastEventID").GetString());
        Assert.Equal("\"earliest\"", answer.Headers.ETag!.Tag);
    }

    // "clients SHOULD validate that a response coming from cache is still valid before using it"
    [Theory]
    [InlineData("{0}")]
    [InlineData("W/{0}")]
    [InlineData("\"other\", {0}")]
    public async Task Should_answer_304_until_something_happens(string header)
    {
        await hub.MustPublishAsync(("topic", _topic), ("data", "1"), ("id", $"urn:own:ü,{Guid.NewGuid()}"));
        using var first = await GetAsync(All, hub.Reader);
        var tag = first.Headers.ETag!.Tag;
        var ifNoneMatch = string.Format(System.Globalization.CultureInfo.InvariantCulture, header, tag);

        using var same = await GetAsync(All, hub.Reader, ("If-None-Match", ifNoneMatch));
        await hub.MustPublishAsync(("topic", _topic), ("data", "2"));
        using var other = await GetAsync(All, hub.Reader, ("If-None-Match", ifNoneMatch));

        Assert.Equal(HttpStatusCode.NotModified, same.StatusCode);
        Assert.Equal(tag, same.Headers.ETag!.Tag);
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
        Assert.Contains("no-cache", first.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
    }

    // The example of the draft has its ETag without quotes, and so has the reference
    [Fact]
    public async Task Should_take_an_unquoted_last_event_id_for_a_validator()
    {
        var id = await hub.MustPublishAsync(("topic", _topic), ("data", "1"));
        using var answer = await GetAsync(All, hub.Reader, ("If-None-Match", id));
        Assert.Equal(HttpStatusCode.NotModified, answer.StatusCode);
    }

    // "If the requested subscription does not exist, a 404 status code MUST be returned"
    [Theory]
    [InlineData("/nobody/urn%3Auuid%3A0", HttpStatusCode.NotFound)]
    [InlineData("/nobody", HttpStatusCode.OK)]
    [InlineData("/", HttpStatusCode.NotFound)]
    [InlineData("//a", HttpStatusCode.NotFound)]
    [InlineData("/a/b/c", HttpStatusCode.NotFound)]
    public async Task Should_answer_404_to_what_is_not_there(string rest, HttpStatusCode expected)
    {
        using var answer = await GetAsync(All + rest, hub.Reader);
        Assert.Equal(expected, answer.StatusCode);
    }

    [Fact]
    public async Task Should_answer_404_to_a_subscription_that_has_ended()
    {
        var subscriber = await SubscribeAsync(V010Tokens.Subscriber(), _topic);
        var url = (await ListAsync($"{All}/{Uri.EscapeDataString(_topic)}")).GetProperty("subscriptions")[0].GetProperty("id").GetString()!;
        subscriber.Dispose();

        await Eventually.IsTrueAsync(async () =>
        {
            using var answer = await GetAsync(url, hub.Reader);
            return answer.StatusCode == HttpStatusCode.NotFound;
        });
    }

    // "The requested URL MUST match at least one of the topic selectors provided in the mercure.subscribe key"
    [Theory]
    [InlineData("", "*", HttpStatusCode.OK)]
    [InlineData("", All, HttpStatusCode.OK)]
    [InlineData("", All + "{/topic}{/subscriber}", HttpStatusCode.OK)]
    [InlineData("", All + "/{topic}", HttpStatusCode.Forbidden)]
    [InlineData("", "https://example.com/{x}", HttpStatusCode.Forbidden)]
    [InlineData("/a%2Fb", All + "/{topic}", HttpStatusCode.OK)]
    [InlineData("/a%2Fb", All + "/a%2Fb", HttpStatusCode.OK)]
    [InlineData("/%61%2fb", All + "/a%2Fb", HttpStatusCode.OK)]
    [InlineData("/a%2Fb", All + "/other", HttpStatusCode.Forbidden)]
    [InlineData("/a%2Fb", All, HttpStatusCode.Forbidden)]
    [InlineData("/a%2Fb?x=/other", All + "/other", HttpStatusCode.Forbidden)]
    public async Task Should_list_what_the_token_matches(string rest, string selector, HttpStatusCode expected)
    {
        using var answer = await GetAsync(All + rest, V010Tokens.Subscriber(selector));
        Assert.Equal(expected, answer.StatusCode);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("not a token")]
    public async Task Should_answer_401_without_a_valid_token(string? token)
    {
        using var answer = await GetAsync(All, token);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.NotEmpty(answer.Headers.WwwAuthenticate);
    }

    [Fact]
    public async Task Should_say_that_the_claim_has_another_form()
    {
        using var answer = await GetAsync(All, V010Tokens.Of(new { subscribe = "*" }));
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Contains("The claim mercure.subscribe of the token is not an array of strings.", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Should_not_let_a_token_of_generation_0_7_list()
    {
        using var answer = await GetAsync(All, TestTokens.Subscriber("*"));
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Fact]
    public async Task Should_take_the_token_of_cookie_and_query_too()
    {
        using var cookie = await GetAsync(All, token: null, ("Cookie", $"mercureAuthorization={hub.Reader}"));
        using var query = await GetAsync($"{All}?authorization={hub.Reader}", token: null);
        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.OK], [cookie.StatusCode, query.StatusCode]);
    }

    [Theory]
    [InlineData("POST", HttpStatusCode.MethodNotAllowed)]
    [InlineData("DELETE", HttpStatusCode.MethodNotAllowed)]
    [InlineData("OPTIONS", HttpStatusCode.NoContent)]
    [InlineData("HEAD", HttpStatusCode.OK)]
    public async Task Should_be_read_only(string method, HttpStatusCode expected)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(hub.Url, All));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", hub.Reader);
        using var answer = await hub.Client.SendAsync(request);
        Assert.Equal(expected, answer.StatusCode);
        Assert.Empty(method == "HEAD" ? await answer.Content.ReadAsStringAsync() : "");
    }

    // The hub alone speaks of subscriptions
    [Fact]
    public async Task Should_let_no_publisher_forge_an_event()
    {
        using var answer = await hub.PublishAsync(hub.PublisherToken, ("topic", $"{All}/a/b"), ("data", "{}"));
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    // Off, as it is by default
    [Fact]
    public async Task Should_have_no_lists_and_no_events_when_nothing_is_tracked()
    {
        await using var own = await new V010Fixture().StartedAsync();
        using var follower = await own.SubscribeAsync(
            $"?topic={Uri.EscapeDataString($"{All}/{{topic}}/{{subscriber}}")}&topic={_topic}&authorization={V010Tokens.Subscriber("*")}");
        using var events = await EventStream.OfAsync(follower);
        using var subscriber = await own.SubscribeAsync($"?topic={_topic}");
        using var answer = await GetAsync(own, All, V010Tokens.Subscriber("*"));
        await own.MustPublishAsync(("topic", _topic), ("data", "1"));

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Equal("1", (await events.NextAsync())!.Data);
    }

    // A subscriber of the older generation is no subject of these lists, and sees none of these events
    [Fact]
    public async Task Should_keep_generation_0_7_out()
    {
        var url = new UriBuilder(hub.Url) { Path = "/hub" }.Uri;
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{url}?topic={Uri.EscapeDataString($"{All}/{{topic}}/{{subscriber}}")}&topic={_topic}");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", TestTokens.Subscriber("*"));
        using var older = await hub.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var events = await EventStream.OfAsync(older);
        using var subscriber = await SubscribeAsync(V010Tokens.Subscriber(), "a");
        await hub.MustPublishAsync(("topic", _topic), ("data", "1"));

        Assert.Equal("1", (await events.NextAsync())!.Data);
        Assert.DoesNotContain(
            (await ListAsync(All)).GetProperty("subscriptions").EnumerateArray(), one => one.GetProperty("topic").GetString() == _topic);
    }

    private static JsonSerializerOptions Relaxed { get; } = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;

    private Task<HttpResponseMessage> SubscribeAsync(string token, params string[] topics) =>
        hub.SubscribeAsync("?" + string.Join('&', topics.Select(topic => $"topic={Uri.EscapeDataString(topic)}")), ("Authorization", $"Bearer {token}"));

    private async Task<JsonElement> ListAsync(string url)
    {
        using var answer = await GetAsync(url, hub.Reader);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == HttpStatusCode.OK, text);
        return Json(text);
    }

    private Task<HttpResponseMessage> GetAsync(string url, string? token, params (string Name, string Value)[] headers) => GetAsync(hub, url, token, headers);

    /// <summary>The URL goes out as it is written.</summary>
    private static async Task<HttpResponseMessage> GetAsync(HubFixture hub, string url, string? token, params (string Name, string Value)[] headers)
    {
        var raw = new Uri($"{hub.Url.GetLeftPart(UriPartial.Authority)}{url}", new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        using var request = new HttpRequestMessage(HttpMethod.Get, raw);
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);

        return await hub.Client.SendAsync(request);
    }
}

/// <summary>A hub of both generations that tracks active subscriptions.</summary>
public sealed class TrackingFixture : HubFixture
{
    public TrackingFixture()
    {
        Settings = Both with { V010 = Both.V010! with { Subscriptions = true } };
        Path = "/.well-known/mercure";
        PublisherToken = V010Tokens.Publisher("*");
    }

    /// <summary>A token that may see everything about subscriptions.</summary>
    public string Reader { get; } = V010Tokens.Subscriber("/.well-known/mercure/subscriptions{/topic}{/subscriber}");
}
