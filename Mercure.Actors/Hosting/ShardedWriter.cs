using Akka.Actor;
using Akka.Cluster.Sharding;
using Mercure.Actors.Catchup;
using Mercure.Actors.Matcher;

namespace Mercure.Actors.Hosting;

/// <summary>The writer as an entity of Cluster.Sharding, one in the cluster. Nothing here is reached without a cluster.</summary>
internal static class ShardedWriter
{
    /// <summary>The region, which takes the same messages as a local writer.</summary>
    public static Task<IActorRef> StartAsync(ActorSystem system, HubOptions options, IHubStore store, TimeProvider clock)
    {
        WireLimits.Check(system.Settings.Config, options.LargestRequest);
        // Its plugins start with the first persistent actor, which would otherwise be the writer, in a failover.
        system.ActorOf(JournalWarmUp.Props(options), "journal-warm-up");

        var sharding = ClusterSharding.Get(system);
        var settings = ClusterShardingSettings.Create(system)
            .WithRole(options.Cluster!.Role)
            .WithStateStoreMode(StateStoreMode.DData)
            .WithRememberEntities(false)
            .WithPassivateIdleAfter(TimeSpan.Zero);
        return sharding.StartAsync(
            HubMessageExtractor.TypeName,
            WriterEntity.Props(TopicMatcher.Props(options, store, clock), clock),
            settings,
            new HubMessageExtractor(),
            sharding.DefaultShardAllocationStrategy(settings),
            TopicMatcher.HandOver.Instance);
    }
}
