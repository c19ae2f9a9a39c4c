using Mercure.Actors.Hosting;
using Mercure.Http.Settings;

namespace Mercure.Http.Hosting;

/// <summary>
/// A hub's stop, before anything of it stops: readiness fails, the load balancer is given time to see it, then the streams
/// are ended little by little. Publishes are served all the while; the listener closes when this is over.
/// </summary>
internal sealed class Drain(HubSettings settings, HealthEndpoint health, Hub hub, ILogger<Drain> log) : IHostedLifecycleService, IDisposable
{
    /// <summary>For the streams that don't end when they are told to.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(3);

    /// <summary>For what follows: of a hub on its own, requests in flight; of a node, those and leaving its cluster.</summary>
    private static readonly TimeSpan Alone = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan InCluster = TimeSpan.FromSeconds(15);

    private readonly CancellationTokenSource _hurry = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the streams have ended.</summary>
    public Task Ended => _ended.Task;

    /// <summary>The longest that a whole stop takes; what has not ended by then is cut.</summary>
    public static TimeSpan StopTimeout(HubSettings settings) =>
        settings.Drain.Delay + settings.Drain.Time + (settings.Cluster is null ? Alone : InCluster);

    /// <summary>Every stream ends now: the other nodes have put this one out, and it serves nobody.</summary>
    public void Hurry() => _hurry.Cancel();

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        health.Stopping();
        try
        {
            using var wait = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _hurry.Token);
            await Task.Delay(settings.Drain.Delay, wait.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await hub.StopStreamsAsync(Timeout, wait.IsCancellationRequested ? TimeSpan.Zero : settings.Drain.Time);
        }
        catch (Exception e)
        {
            HostLog.StreamsNotClosed(log, e);
        }
        finally
        {
            _ended.TrySetResult();
        }
    }

    public void Dispose() => _hurry.Dispose();

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
