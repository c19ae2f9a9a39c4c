using Mercure.Actors.Hosting;
using Mercure.Http.Settings;

namespace Mercure.Http.Hosting;

/// <summary>
/// A hub's stop, before anything of it stops: readiness fails, the load balancer is given time to see it, then the streams
/// are ended little by little. Publishes are served all the while; the listener closes when this is over.
/// </summary>
internal sealed class Drain(HubSettings settings, HealthEndpoint health, Hub hub, ILogger<Drain> log) : IHostedLifecycleService
{
    /// <summary>For the streams that don't end when they are told to.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(3);

    /// <summary>For what follows: of a hub on its own, requests in flight; of a node, those and leaving its cluster.</summary>
    private static readonly TimeSpan Alone = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan InCluster = TimeSpan.FromSeconds(15);

    /// <summary>The longest that a whole stop takes; what has not ended by then is cut.</summary>
    public static TimeSpan StopTimeout(HubSettings settings) =>
        settings.Drain.Delay + settings.Drain.Time + (settings.Cluster is null ? Alone : InCluster);

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        health.Stopping();
        try
        {
            await Task.Delay(settings.Drain.Delay, cancellationToken);
            await hub.StopStreamsAsync(Timeout, settings.Drain.Time);
        }
        catch (Exception e)
        {
            HostLog.StreamsNotClosed(log, e);
        }
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
