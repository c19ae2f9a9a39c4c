using Mercure.Specs.Protocol;
using Xunit;

namespace Mercure.Specs.Hardening;

/// <summary>An operator may want a client cut that takes nothing for a while (<c>MERCURE_DISPATCH_TIMEOUT</c>).</summary>
public sealed class DispatchTimeoutSpecs
{
    /// <summary>Together more than the sockets' buffers hold.</summary>
    private const int Updates = 40;

    private const int Bytes = 500_000;

    [Theory]
    [MemberData(nameof(AttackedGeneration.All), MemberType = typeof(AttackedGeneration))]
    public async Task Should_cut_a_client_that_does_not_read_and_no_other(AttackedGeneration generation)
    {
        var settings = HubFixture.Both with { Streams = HubFixture.Both.Streams with { DispatchTimeout = TimeSpan.FromSeconds(5) } };
        await using var hub = await new HubFixture { Settings = settings }.StartedAsync();
        using var stalled = await SubscribeAsync(hub, generation, "t");
        using var silent = await SubscribeAsync(hub, generation, "nothing");
        using var reader = await SubscribeAsync(hub, generation, "t");
        var received = reader.Stream.CopyToAsync(Stream.Null);
        for (var i = 0; i < Updates; i++)
            Assert.Equal(200, (await RawClient.ExchangeAsync(hub.Url, generation.Publish($"topic=t&data={new string('x', Bytes)}", "Connection: close\r\n"))).Status);

        await Footprint.SubscribersAsync(hub, 2);
        Assert.False(received.IsCompleted);
    }

    private static async Task<RawClient> SubscribeAsync(HubFixture hub, AttackedGeneration generation, string topic)
    {
        var client = await RawClient.ConnectAsync(hub.Url);
        await client.SendAsync(generation.Subscribe($"topic={topic}"));
        await client.ReadUntilAsync(":\n");
        return client;
    }
}
