using System.Net;
using Mercure.Http.Protocol;
using Mercure.Specs.Protocol;
using Mercure.Specs.Tokens;
using Xunit;

namespace Mercure.Specs.Hardening;

/// <summary>
/// Selectors that cost much, by themselves or with topics made for them, over HTTP (CWE-407, CWE-400). Others go on: a client comes in
/// and gets an update, within the time that a client waits.
/// </summary>
[Collection(GrowthCollection.Name)]
public sealed class MatchingAttackSpecs : IAsyncLifetime
{
    private const string Path = "/.well-known/mercure";

    private readonly HubFixture _hub = new()
    {
        Settings = HubFixture.Both with { V010 = HubFixture.Both.V010! with { Subscriptions = true } },
        Path = Path,
        PublisherToken = V010Tokens.Publisher("*"),
    };

    /// <summary>Pieces of templates that are compared with each other's places one after the other, and one that is merged.</summary>
    public static TheoryData<string> Pieces => ["{+a}", "{/a}", "{/a:9}{;b*}"];

    public Task InitializeAsync() => _hub.InitializeAsync();

    public Task DisposeAsync() => _hub.DisposeAsync();

    // Forty requests without a token; each selector is a topic of a subscription event as well, percent-encoded
    [Theory]
    [MemberData(nameof(Pieces))]
    public async Task Should_serve_others_beside_dear_anonymous_subscribers(string piece)
    {
        var clients = new List<RawClient>();
        for (var number = 0; number < 40; number++)
        {
            clients.Add(await RawClient.ConnectAsync(_hub.Url));
            await clients[^1].SendAsync($"GET {Path}?{Query(piece, number)} HTTP/1.1\r\nHost: hub.example\r\n\r\n");
        }

        using var honest = await RawClient.ConnectAsync(_hub.Url);
        await honest.SendAsync($"GET {Path}?topic=honest HTTP/1.1\r\nHost: hub.example\r\n\r\n");
        await honest.ReadUntilAsync(":\n");
        await _hub.MustPublishAsync([("data", "x"), ("topic", "honest"), .. LongTopics(250)]);
        await honest.ReadUntilAsync("data: x\n");
        clients.ForEach(client => client.Dispose());
        await _hub.MustPublishAsync(("data", "y"), ("topic", "honest"));
        await honest.ReadUntilAsync("data: y\n");
    }

    [Fact]
    public async Task Should_refuse_to_compare_a_request_with_a_token_that_is_too_dear()
    {
        var dear = Enumerable.Range(0, 10).Select(number => $"{string.Concat(Enumerable.Repeat("{/a}{;b*}", 40))}/{number}{{?z}}");
        var token = V010Tokens.Publisher([.. dear, "{+any}"]);
        using var response = await _hub.PublishAsync(token, [("data", "x"), .. LongTopics(100)]);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains($"takes more than {Limits.RequestSteps} steps", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private static string Query(string piece, int number) => string.Join('&', Enumerable.Range(0, 4).Select(selector =>
        $"topic={Uri.EscapeDataString($"{{/v{number}_{selector}}}{string.Concat(Enumerable.Repeat(piece, Limits.TemplateParts / 3))}")}"));

    private static (string, string)[] LongTopics(int count) =>
        [.. Enumerable.Range(0, count).Select(number => ("topic", $"/{number}{new string('a', 3_900)}"))];
}
