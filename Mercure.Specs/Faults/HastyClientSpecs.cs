using Mercure.Actors.Hosting;
using Mercure.Actors.Subscribers;
using Mercure.Specs.Core;
using Mercure.Specs.Processes;
using Xunit;

namespace Mercure.Specs.Faults;

/// <summary>Clients that leave as they come leave nothing behind.</summary>
public sealed class HastyClientSpecs : IDisposable
{
    private const int Clients = 100;

    private static readonly TimeSpan Timeout = Eventually.Patience;

    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Should_end_the_stream_of_a_client_that_goes_before_it_is_open()
    {
        await using var hub = await CoreHub.StartAsync(_directory.Sqlite, new HubOptions { HeartbeatInterval = TimeSpan.Zero });
        for (var i = 0; i < Clients; i++)
        {
            var stream = hub.Subscribe(lastEventId: null, "https://example.com/hasty");
            await stream.DisconnectAsync();
            Assert.Equal(StreamEnd.ClientGone, await stream.Ended.WaitAsync(Timeout));
            await stream.DisposeAsync();
        }
    }
}
