using System.Text.Json;
using Mercure.Specs.Protocol;
using Mercure.Specs.Protocol.V010;
using Mercure.Specs.Settings;
using Xunit;

namespace Mercure.Specs.Clients;

/// <summary>
/// Clients that send the last id in the query, under names of their own, behind an older id in the URL that the page had. Their
/// connections are cut, and updates are published in the gap.
/// </summary>
public sealed class PolyfillSpecs
{
    private const string Topic = "https://example.com/books/1";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly string Script = Path.Combine(Repository.Root, "Mercure.Specs", "Clients", "subscribe.mjs");

    [Theory]
    [InlineData("event-source-polyfill", "/hub", "Last-Event-ID")]
    [InlineData("event-source-polyfill", "/hub", "lastEventId")]
    [InlineData("event-source-polyfill", "/.well-known/mercure", "lastEventID")]
    [InlineData("reconnecting-eventsource", "/hub", "lastEventId")]
    [InlineData("reconnecting-eventsource", "/.well-known/mercure", "lastEventID")]
    public async Task Should_get_everything_once_and_in_order_when_connections_are_cut(string client, string path, string name)
    {
        await using var hub = await Hub(path).StartedAsync();
        await using var line = new CuttableLine(hub.Url);
        var first = await hub.MustPublishAsync(("topic", Topic), ("data", "0"));
        List<(string Id, string Data)> published = [], received = [];
        await PublishAsync("1");
        using var node = OutputOf.Start("node", [Script, client, $"{line.Url}?topic={Topic}&{name}={first}"]);
        using var lines = new StreamReader(node.Output);
        await ReceiveAsync();

        for (var gap = 0; gap < 3; gap++)
        {
            await PublishAsync($"{gap} live");
            await ReceiveAsync();
            line.Cut();
            await PublishAsync($"{gap} a");
            await PublishAsync($"{gap} b");
            line.Mend();
            await ReceiveAsync();
        }

        await PublishAsync("end");
        await ReceiveAsync();
        Assert.Equal(published, received);
        Assert.Null(await lines.ReadLineAsync().WaitAsync(Patience));

        async Task PublishAsync(string data) => published.Add((await hub.MustPublishAsync(("topic", Topic), ("data", data), ("retry", "20")), data));

        async Task ReceiveAsync()
        {
            while (received.Count == 0 || received[^1] != published[^1])
            {
                var text = await lines.ReadLineAsync().WaitAsync(Patience);
                Assert.True(text is not null, "The client has ended.");
                var update = JsonDocument.Parse(text).RootElement;
                received.Add((update.GetProperty("id").GetString()!, update.GetProperty("data").GetString()!));
            }
        }
    }

    private static HubFixture Hub(string path) => path is "/hub" ? new HubFixture() : new V010Fixture();
}
