using System.Net;
using System.Net.Http.Headers;
using Mercure.Http.Settings;
using Mercure.Http.Tokens;
using Mercure.Specs.Tokens;
using Xunit;

namespace Mercure.Specs.Protocol;

/// <summary>Generations beside each other: who gets what of whom (docs/protocol.md, Between generations).</summary>
public sealed class GenerationsSpecs(GenerationsSpecs.BothFixture hub) : IClassFixture<GenerationsSpecs.BothFixture>
{
    private const string Old = "/hub";
    private const string New = "/.well-known/mercure";

    private readonly string _topic = $"https://example.com/{Guid.NewGuid()}";

    /// <summary>Who publishes how, and to which subscribers it goes: every row of the table.</summary>
    [Theory]
    // published by 0.7 without a target, by 0.10 not private: to everyone
    [InlineData(Old, "", "anonymous 0.7,anonymous 0.10,target x,target *,selector of the topic,selector *,selector x")]
    [InlineData(New, "", "anonymous 0.7,anonymous 0.10,target x,target *,selector of the topic,selector *,selector x")]
    // for target x: targets match by their name, selectors of 0.10 match targets, too
    [InlineData(Old, "target=x", "target x,target *,selector *,selector x")]
    // for a target that is spelt as the topic: then the selector of the topic is one of the target
    [InlineData(Old, "target={topic}", "target *,selector of the topic,selector *,target of the topic's name")]
    // private: targets match no topics, be they spelt alike
    [InlineData(New, "private=on", "target *,selector of the topic,selector *")]
    public async Task Should_send_to_those_of_both_generations_who_may_read(string publishedAt, string audience, string receivers)
    {
        (string Name, string Path, string? Token)[] subscribers =
        [
            ("anonymous 0.7", Old, null),
            ("anonymous 0.10", New, null),
            ("target x", Old, TestTokens.Subscriber("x")),
            ("target *", Old, TestTokens.Subscriber("*")),
            ("target of the topic's name", Old, TestTokens.Subscriber(_topic)),
            ("selector of the topic", New, V010Tokens.Subscriber(_topic)),
            ("selector *", New, V010Tokens.Subscriber("*")),
            ("selector x", New, V010Tokens.Subscriber("x")),
        ];
        var start = await PublishAsync(Old, [("topic", "start"), ("data", "x")]);
        var live = await Task.WhenAll(subscribers.Select(subscriber => SubscribeAsync(subscriber.Path, subscriber.Token, lastEventId: null)));
        var field = audience.Split('=');
        await PublishAsync(
            publishedAt, [("topic", _topic), ("data", "x"), .. audience.Length == 0 ? Array.Empty<(string, string)>() : [(field[0], field[1].Replace("{topic}", _topic, StringComparison.Ordinal))]]);
        await PublishAsync(New, [("topic", _topic), ("data", "end")]);
        var replayed = await Task.WhenAll(subscribers.Select(subscriber => SubscribeAsync(subscriber.Path, subscriber.Token, start)));

        var expected = receivers.Split(',').Order(StringComparer.Ordinal);
        // Whom the table does not name for public updates: everyone reads them
        var everyone = audience.Length == 0 ? expected.Append("target of the topic's name").Order(StringComparer.Ordinal) : expected;
        Assert.Equal(everyone, await ReceiversAsync(live));
        Assert.Equal(everyone, await ReceiversAsync(replayed));

        async Task<IEnumerable<string>> ReceiversAsync(EventStream[] streams)
        {
            var received = await Task.WhenAll(streams.Select(async stream => (await stream.NextAsync())!.Data == "x"));
            foreach (var stream in streams)
                stream.Dispose();
            return subscribers.Where((_, i) => received[i]).Select(subscriber => subscriber.Name).Order(StringComparer.Ordinal);
        }
    }

    // A token counts only where its key does: one that is narrow in one generation could be wide in another
    [Fact]
    public async Task Should_refuse_the_token_of_the_other_generation()
    {
        foreach (var (path, publisher, subscriber) in new[]
        {
            (Old, V010Tokens.Publisher("*"), V010Tokens.Subscriber("*")),
            (New, TestTokens.Publisher("*"), TestTokens.Subscriber("*")),
        })
        {
            using var published = await SendAsync(HttpMethod.Post, path, publisher, ("topic", _topic), ("data", "x"));
            using var subscribed = await SendAsync(HttpMethod.Get, $"{path}?topic={_topic}", subscriber);

            Assert.Equal(HttpStatusCode.Unauthorized, published.StatusCode);
            Assert.Equal(HttpStatusCode.Unauthorized, subscribed.StatusCode);
        }
    }

    // Every reader sees the same id, spelt as its generation does, and goes on from it wherever it comes back
    [Fact]
    public async Task Should_go_on_from_an_id_of_the_other_generation()
    {
        var old = await PublishAsync(Old, [("topic", _topic), ("data", "1")]);
        var later = await PublishAsync(New, [("topic", _topic), ("data", "2")]);
        await PublishAsync(Old, [("topic", _topic), ("data", "3")]);
        using var here = await SubscribeAsync(New, token: null, old);
        using var there = await SubscribeAsync(Old, token: null, later);

        Assert.True(Guid.TryParseExact(old, "D", out _));
        Assert.StartsWith("urn:uuid:", later, StringComparison.Ordinal);
        var second = await here.NextAsync();
        Assert.Equal(("2", later), (second!.Data, second.LastEventId));
        Assert.Equal("3", (await here.NextAsync())!.Data);
        Assert.Equal("3", (await there.NextAsync())!.Data);
    }

    // A generation is served when it has keys
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Should_say_which_generation_is_served_where_it_is_not(bool servesOld)
    {
        var settings = servesOld ? HubFixture.Default : HubFixture.Both with { V07 = null };
        await using var own = await new HubFixture { Settings = settings, Path = servesOld ? Old : New }.StartedAsync();
        using var served = await own.SubscribeAsync("?topic=t");
        using var other = await own.Client.GetAsync(new Uri(own.Url, servesOld ? New : Old));
        using var lists = await own.Client.GetAsync(new Uri(own.Url, $"{New}/subscriptions/a%2Fb"));

        Assert.Equal(HttpStatusCode.NotFound, lists.StatusCode);
        Assert.StartsWith(
            servesOld ? "Not found. This hub does not serve generation 0.10" : "Not found. This hub does not track active subscriptions: set MERCURE_V010_SUBSCRIPTIONS to 1.",
            await lists.Content.ReadAsStringAsync(),
            StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, served.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, other.StatusCode);
        Assert.Equal(
            $"Not found. This hub does not serve generation {(servesOld ? "0.10" : "0.7")} of the protocol. Its URL is {(servesOld ? Old : New)}.\n",
            await other.Content.ReadAsStringAsync());
    }

    // Reconnections that don't come in waves: each stream of a generation ends at another moment of the last fifth
    [Theory]
    [InlineData(Old)]
    [InlineData(New)]
    public async Task Should_spread_the_ends_of_streams(string path)
    {
        var life = TimeSpan.FromHours(1);
        var settings = HubFixture.Both with { Listen = HubFixture.Both.Listen with { WriteTimeout = life } };
        await using var own = await new HubFixture { Settings = settings, Path = path, IsRecorded = true }.StartedAsync();
        for (var i = 0; i < 20; i++)
            using (await own.SubscribeAsync("?topic=t"))
            {
            }

        var ends = own.Hub.Subscriptions.Select(subscription => subscription.Longest!.Value).Order().ToList();
        Assert.InRange(ends[0], life * 0.8, life);
        Assert.InRange(ends[^1], life * 0.8, life);
        Assert.True(ends[^1] - ends[0] > life * 0.05, $"{ends[0]} to {ends[^1]}");
    }

    // One key for both, when it is meant
    [Fact]
    public async Task Should_take_a_token_for_both_generations_when_keys_are_shared()
    {
        var key = TokenKey.Parse(TestTokens.Secret);
        var settings = HubFixture.Default with { V010 = new V010Settings(new RoleKeys(key), new RoleKeys(key)) };
        await using var own = await new HubFixture { Settings = settings, Path = New }.StartedAsync();
        using var published = await own.PublishAsync(TestTokens.Publisher("*"), ("topic", "t"));

        Assert.Equal(HttpStatusCode.OK, published.StatusCode);
    }

    private async Task<string> PublishAsync(string path, (string Name, string Value)[] fields)
    {
        using var response = await SendAsync(HttpMethod.Post, path, path == Old ? TestTokens.Publisher("*") : V010Tokens.Publisher("*"), fields);
        var body = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, body);
        return body;
    }

    private async Task<EventStream> SubscribeAsync(string path, string? token, string? lastEventId)
    {
        var resume = lastEventId is null ? "" : $"&Last-Event-ID={lastEventId}";
        return await EventStream.OfAsync(await SendAsync(HttpMethod.Get, $"{path}?topic={_topic}{resume}", token));
    }

    private Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? token, params (string Name, string Value)[] fields)
    {
        var request = new HttpRequestMessage(method, new Uri(hub.Url, path));
        if (method == HttpMethod.Post)
            request.Content = new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Name, field.Value)));
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return hub.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    public sealed class BothFixture : HubFixture
    {
        public BothFixture() => Settings = Both;
    }
}
