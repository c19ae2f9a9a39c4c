using Akka;
using Akka.Actor;
using Akka.Event;
using Mercure.Http.Hosting;

namespace Mercure.Http.Cluster;

/// <summary>
/// The end of a node's membership is the end of its process, in the order of a stop by SIGTERM, whoever begins it: Akka's own shutdown,
/// which the cluster begins when it lets a node go or puts one out, waits until the streams have ended.
/// </summary>
internal sealed class OrderlyEnd
{
    /// <summary>How long the streams of a node that was put out may take to end; the other nodes do not wait for it.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(4);

    private CoordinatedShutdown? _shutdown;

    /// <summary>
    /// What the process exits with: an error, for its supervisor to start it again, unless it was stopped or has left. Akka.Hosting
    /// takes a node that was put out and one that has left for the same.
    /// </summary>
    public int ExitCode =>
        _shutdown?.ShutdownReason is null or CoordinatedShutdown.ClrExitReason or CoordinatedShutdown.ClusterLeavingReason ? 0 : 255;

    public void Attach(ActorSystem system, Drain drain, IHostApplicationLifetime lifetime)
    {
        _shutdown = CoordinatedShutdown.Get(system);
        _shutdown.AddTask(CoordinatedShutdown.PhaseBeforeServiceUnbind, "drain", () => DrainAsync(drain, lifetime, system.Log));
        system.ActorOf(Departure.Props(lifetime), Departure.Name);
    }

    private async Task<Done> DrainAsync(Drain drain, IHostApplicationLifetime lifetime, ILoggingAdapter log)
    {
        var reason = _shutdown!.ShutdownReason;
        var isPutOut = reason is not (CoordinatedShutdown.ClrExitReason or CoordinatedShutdown.ClusterLeavingReason or CoordinatedShutdown.ActorSystemTerminateReason);
        if (isPutOut)
        {
            log.Error("This node can't be a member of its cluster ({0}): its streams end, and the process exits with 255, for a supervisor to start it again", reason!.GetType().Name);
            drain.Hurry();
        }

        // A host that has not started stops without a drain
        if (!lifetime.ApplicationStarted.IsCancellationRequested)
            return Done.Instance;

        lifetime.StopApplication();
        await (isPutOut ? Task.WhenAny(drain.Ended, Task.Delay(Timeout)) : drain.Ended);
        return Done.Instance;
    }
}
