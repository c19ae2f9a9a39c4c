using System.Globalization;
using Mercure.Specs.Processes;
using Mercure.Specs.Protocol;
using Xunit;

namespace Mercure.Specs.Streams;

/// <summary>What the system does for connections on which the hub sends nothing.</summary>
public sealed class ClientSocketSpecs
{
    /// <summary>RFC 9293, 3.8.4. The kernel's own view of the hub's connections: 02 is a keep-alive timer.</summary>
    [Theory]
    [InlineData(0, "02")]
    [InlineData(3600, "00")]
    public async Task Should_have_TCP_check_a_stream_that_has_no_heartbeats(int heartbeats, string timer)
    {
        if (!OperatingSystem.IsLinux())
            return;

        var streams = HubFixture.Default.Streams with { HeartbeatInterval = TimeSpan.FromSeconds(heartbeats) };
        await using var hub = await new HubFixture { Settings = HubFixture.Default with { Streams = streams } }.StartedAsync();
        using var response = await hub.SubscribeAsync("?topic=t");

        // Another one runs until the head is acknowledged
        await Eventually.IsTrueAsync(() => Task.FromResult(TimersOf(hub.Url.Port).SequenceEqual([timer])));
    }

    private static IEnumerable<string> TimersOf(int port)
    {
        const string Established = "01";
        var local = string.Create(CultureInfo.InvariantCulture, $":{port:X4}");
        return File.ReadLines("/proc/net/tcp")
            .Select(static line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(fields => fields[1].EndsWith(local, StringComparison.Ordinal) && fields[3] == Established)
            .Select(static fields => fields[5].Split(':')[0]);
    }
}
