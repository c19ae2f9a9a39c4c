using Mercure.Actors.Hosting;

namespace Mercure.Http.Hosting;

/// <summary>
/// Ends the streams as soon as the host begins to stop: Kestrel waits for open responses, and a stream does not end by itself.
/// </summary>
internal sealed class StreamCloser(IHostApplicationLifetime lifetime, Hub hub, ILogger<StreamCloser> log) : IHostedService
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(3);

    public Task StartAsync(CancellationToken cancellationToken)
    {
        lifetime.ApplicationStopping.Register(() => _ = CloseAsync());
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task CloseAsync()
    {
        try
        {
            await hub.StopStreamsAsync(Timeout);
        }
        catch (Exception e)
        {
            HostLog.StreamsNotClosed(log, e);
        }
    }
}
