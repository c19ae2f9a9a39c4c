using Akka.Actor;
using Akka.Hosting;
using Akka.Pattern;
using Mercure.Actors.Catchup;
using Mercure.Actors.Gateway;
using Mercure.Actors.Live;
using Mercure.Actors.Matcher;
using Mercure.Actors.Presence;
using Mercure.Actors.Subscribers;

namespace Mercure.Actors.Hosting;

/// <summary>Starts the hub's actors in an actor system.</summary>
public static class MercureHubExtensions
{
    private static readonly TimeSpan MinRestartDelay = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan MaxRestartDelay = TimeSpan.FromSeconds(2);

    /// <summary>How long a start waits for the log to open, so that the first publish is not refused; after that it opens in the background.</summary>
    private static readonly TimeSpan OpeningTimeout = TimeSpan.FromSeconds(5);

    /// <summary>
    /// The whole hub. Its writer is a local actor (no cluster, no ports), or with <see cref="HubOptions.Cluster"/> one for all
    /// nodes. <paramref name="hub"/> is usable once the actor system has started.
    /// </summary>
    public static AkkaConfigurationBuilder WithMercureHub(this AkkaConfigurationBuilder builder, HubOptions options, IHubStore store, TimeProvider clock, Hub hub) =>
        builder
            .AddHubDefaults()
            .WithActors(async (system, _) =>
            {
                await WakeSchedulerAsync(system);
                var matcher = options.Cluster is null
                    ? system.ActorOf(LocalMatcher(options, store, clock), "topic-matcher")
                    : await ShardedWriter.StartAsync(system, options, store, clock);
                var history = system.ActorOf(History.Props(options, store), "history");
                var switchboard = system.ActorOf(Switchboard.Props(options, matcher, history).WithDispatcher(HubDispatchers.Streams), "switchboard");
                var gateway = system.ActorOf(PublishGateway.Props(options, matcher, clock), "gateway");
                var presence = options.SubscriptionEvents is null ? null : system.ActorOf(NodePresence.Props(options, matcher, clock), "presence");
                var subscribers = system.ActorOf(
                    SubscriberSupervisor.Props(options, switchboard, history, gateway, clock, presence).WithDispatcher(HubDispatchers.Streams), "subscribers");
                hub.Start(options, store, matcher, gateway, switchboard, subscribers, options.Cluster is null ? null : WireLimits.LargestUpdate(system.Settings.Config), presence);
                // A node may yet have to find the others: readiness says when it has.
                if (options.Cluster is null)
                    await hub.WaitUntilReadyAsync(OpeningTimeout);
            });

    /// <summary>
    /// The writer, restarted after a failed write; ever more slowly, since the journal may be away for a while. What is sent
    /// to it meanwhile is lost, and resent by the gateways and switchboards.
    /// </summary>
    private static Props LocalMatcher(HubOptions options, IHubStore store, TimeProvider clock) =>
        BackoffSupervisor.Props(Backoff.OnStop(TopicMatcher.Props(options, store, clock), "writer", MinRestartDelay, MaxRestartDelay, 0.2, -1));

    /// <summary>What the hub's actors need of the configuration: <c>hocon/actors.conf</c>.</summary>
    internal static AkkaConfigurationBuilder AddHubDefaults(this AkkaConfigurationBuilder builder)
    {
        using var stream = typeof(MercureHubExtensions).Assembly.GetManifestResourceStream("hocon/actors.conf")!;
        using var reader = new StreamReader(stream);
        return builder
            .AddHocon(reader.ReadToEnd(), HoconAddMode.Prepend)
            .AddHocon($"{HubDispatchers.Streams}.dedicated-thread-pool.thread-count = {Math.Max(1, Environment.ProcessorCount / 2)}", HoconAddMode.Prepend);
    }

    /// <summary>The first timer of a scheduler blocks the thread pool while its thread starts: better now than under load.</summary>
    private static Task WakeSchedulerAsync(ActorSystem system)
    {
        var woken = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        system.Scheduler.Advanced.ScheduleOnce(TimeSpan.FromMilliseconds(1), woken.SetResult);
        return woken.Task;
    }
}
