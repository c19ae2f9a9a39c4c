using System.Net.Sockets;
using Xunit;

namespace Mercure.Specs.Hardening;

/// <summary>Alone: what is measured is the process, and other specs are in it too.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class GrowthCollection
{
    public const string Name = "Growth under attack";
}

/// <summary>Many connections of one client: everyone else is served meanwhile, and when they are gone nothing is left of them (CWE-401, CWE-772).</summary>
[Collection(GrowthCollection.Name)]
public sealed class ConnectionFloodSpecs
{
    /// <summary>Client and hub share the descriptors of one process.</summary>
    private const int Descriptors = 20;

    /// <summary>Arrays of dictionaries and pools that have grown: per connection well below what one costs.</summary>
    private const long BytesPerConnection = 3 << 10;
    private const long Bytes = 20 << 20;

    /// <summary>One that says nothing, one that says half a head, and a subscriber.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("GET {hub}?topic=t HTTP/1.1\r\nHost: h\r\nX-Slow: ")]
    [InlineData("GET {hub}?topic=t HTTP/1.1\r\nHost: h\r\n\r\n")]
    public async Task Should_serve_others_and_forget_a_thousand_connections(string beginning)
    {
        foreach (var generation in AttackedGeneration.Served)
            await FloodAsync(generation, beginning.Replace("{hub}", generation.Path, StringComparison.Ordinal), 1_000);
    }

    // 20,000 descriptors is a usual limit; both ends of a connection are in this process
    [Theory]
    [Trait("Category", "Long")]
    [MemberData(nameof(AttackedGeneration.All), MemberType = typeof(AttackedGeneration))]
    public Task Should_serve_others_and_forget_nine_thousand_connections(AttackedGeneration generation) =>
        FloodAsync(generation, generation.Subscribe("topic=t"), 9_000);

    // Subscribers that never read, of updates that fill every buffer in between: each holds a position and no queue
    [Theory]
    [MemberData(nameof(AttackedGeneration.All), MemberType = typeof(AttackedGeneration))]
    public async Task Should_hold_little_for_subscribers_that_never_read(AttackedGeneration generation)
    {
        const int Clients = 200;
        const int Updates = 60;
        const int Size = 100_000;
        await using var hub = await StartAsync();
        var before = Footprint.Now();
        var clients = await ConnectAsync(hub.Url, generation.Subscribe("topic=t"), Clients);
        await Footprint.SubscribersAsync(hub, Clients);
        for (var number = 0; number < Updates; number++)
            await hub.MustPublishAsync(("topic", "t"), ("data", new string('x', Size)));

        // The history holds the updates once, in a journal in memory and in pages; 200 queues of them would be 1.2 GB
        await Footprint.ReturnsToAsync(before, (12L * Updates * Size) + (Clients * (256L << 10)), Descriptors + (2 * Clients));

        clients.ForEach(static client => client.Dispose());
        await Footprint.SubscribersAsync(hub, 0);
    }

    // Connections that are reset instead of closed, at any point
    [Theory]
    [MemberData(nameof(AttackedGeneration.All), MemberType = typeof(AttackedGeneration))]
    public async Task Should_forget_connections_that_are_reset(AttackedGeneration generation)
    {
        await using var hub = await StartAsync();
        await ResetAsync(hub, generation, 100);
        var before = Footprint.Now();
        await ResetAsync(hub, generation, 2_000);

        await Footprint.SubscribersAsync(hub, 0);
        await Footprint.ReturnsToAsync(before, Bytes, Descriptors);
        await hub.AssertServesAsync(generation);
    }

    private static async Task FloodAsync(AttackedGeneration generation, string beginning, int count)
    {
        await using var hub = await StartAsync();
        // The first hundred leave what every later one uses again
        (await ConnectAsync(hub.Url, beginning, 100)).ForEach(static client => client.Dispose());
        await Footprint.SubscribersAsync(hub, 0);
        var before = Footprint.Now();

        var clients = await ConnectAsync(hub.Url, beginning, count);
        await hub.AssertServesAsync(generation);
        clients.ForEach(static client => client.Dispose());

        await Footprint.SubscribersAsync(hub, 0);
        await Footprint.ReturnsToAsync(before, Bytes + (count * BytesPerConnection), Descriptors);
        await hub.AssertServesAsync(generation);
    }

    private static async Task<AttackedHub> StartAsync()
    {
        var hub = new AttackedHub();
        await hub.InitializeAsync();
        return hub;
    }

    private static async Task<List<RawClient>> ConnectAsync(Uri hub, string beginning, int count)
    {
        var clients = new List<RawClient>(count);
        for (var number = 0; number < count; number++)
        {
            clients.Add(await RawClient.ConnectAsync(hub));
            await clients[^1].SendAsync(beginning);
        }

        return clients;
    }

    private static async Task ResetAsync(AttackedHub hub, AttackedGeneration generation, int count)
    {
        var requests = new[] { generation.Subscribe("topic=t"), generation.PublishHead("Content-Length: 100\r\n") + "topic=t&data=", generation.Publish("topic=t&data=x") };
        for (var number = 0; number < count; number++)
        {
            var request = requests[number % requests.Length];
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(hub.Url.Host, hub.Url.Port);
            // With data that nobody will read and no time to linger: RST
            socket.LingerState = new LingerOption(enable: true, seconds: 0);
            await socket.SendAsync(System.Text.Encoding.Latin1.GetBytes(request[..(number % (request.Length + 1))]));
        }
    }
}
