using Mercure.Actors.Hosting;
using Mercure.Http.Hosting;
using Mercure.Http.Settings;

namespace Mercure.Http.Cluster;

/// <summary>
/// A node's stop, before anything of it stops: readiness fails, the load balancer is given time to see it, then the streams
/// are ended little by little. Publishes are served all the while; the listener closes when this is over.
/// </summary>
internal sealed class Drain(HubSettings settings, HealthEndpoint health, Hub hub, ILogger<Drain> log) : IHostedLifecycleService
{
    /// <summary>For the streams that don't end when they are told to.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(3);

    /// <summary>The longest that a whole stop takes.</summary>
    public static TimeSpan StopTimeout(ClusterSettings settings) => settings.DrainDelay + settings.DrainTime + TimeSpan.FromSeconds(15);

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        health.Stopping();
        try
        {
            await Task.Delay(settings.Cluster!.DrainDelay, cancellationToken);
            await hub.StopStreamsAsync(Timeout, settings.Cluster.DrainTime);
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
