using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Mercure.Http.Settings;
using Mercure.Specs.Clustering;
using Mercure.Specs.Processes;
using Mercure.Specs.Protocol;
using Mercure.Specs.Protocol.V010;
using Mercure.Specs.Tokens;
using Xunit;

namespace Mercure.Specs.Presence;

/// <summary>
/// A client whose network is gone does not stay in the lists: in a network namespace, whose link goes down. Takes half a minute, the
/// least time that the hub gives a client.
/// </summary>
[Collection(ProcessesCollection.Name)]
[Trait("Category", "Long")]
public sealed class VanishedClientSpecs
{
    private const string All = "/.well-known/mercure/subscriptions/{topic}/{subscriber}";

    /// <summary>Together more than the sockets' buffers hold.</summary>
    private const int Updates = 40;

    [PartitionFact]
    public async Task Should_end_the_subscription_of_a_client_whose_network_is_gone_and_none_of_one_that_does_not_read()
    {
        await using var network = await NetworkNamespaces.CreateAsync(1);
        await using var hub = await new V010Fixture { Settings = Settings(TimeSpan.FromSeconds(2)) }.StartedAsync();
        using var response = await hub.SubscribeAsync($"?topic={Uri.EscapeDataString(All)}", ("Authorization", $"Bearer {V010Tokens.Subscriber("*")}"));
        using var events = await EventStream.OfAsync(response);
        using var paused = await PausedAsync(hub);
        Assert.Equal(("paused", true), await NextAsync(events));
        using var curl = OutputOf.Start("ip", ["netns", "exec", network.Name(0), "curl", "-sN", $"{hub.Url}?topic=vanishing"]);
        Assert.Equal(("vanishing", true), await NextAsync(events));
        var ids = new List<string>();
        for (var i = 0; i < Updates; i++)
            ids.Add(await hub.MustPublishAsync(("topic", "paused"), ("data", new string('x', 500_000))));

        await network.UnplugAsync(0);

        Assert.Equal(("vanishing", false), await NextAsync(events));
        using var reader = new EventStream(paused.GetStream());
        foreach (var id in ids)
            Assert.Equal(id, (await reader.NextAsync())!.LastEventId);
        await hub.MustPublishAsync(("topic", "paused"), ("data", "still there"));
        Assert.Equal("still there", (await reader.NextAsync())!.Data);
    }

    private static HubSettings Settings(TimeSpan heartbeats) => HubFixture.Both with
    {
        Listen = HubFixture.Both.Listen with { Host = NetworkNamespaces.Gateway },
        Streams = HubFixture.Both.Streams with { HeartbeatInterval = heartbeats },
        V010 = HubFixture.Both.V010! with { Subscriptions = true },
    };

    /// <summary>A client with a small window that reads nothing.</summary>
    private static async Task<TcpClient> PausedAsync(HubFixture hub)
    {
        var client = new TcpClient { ReceiveBufferSize = 64 * 1024 };
        await client.ConnectAsync(hub.Url.Host, hub.Url.Port);
        // Of HTTP/1.0 there are no chunks
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"GET {hub.Url.AbsolutePath}?topic=paused HTTP/1.0\r\nHost: h\r\n\r\n"));
        return client;
    }

    private static async Task<(string? Topic, bool IsActive)> NextAsync(EventStream events)
    {
        var document = JsonDocument.Parse((await events.NextAsync())!.Data).RootElement;
        return (document.GetProperty("topic").GetString(), document.GetProperty("active").GetBoolean());
    }
}
