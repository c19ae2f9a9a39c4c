using Akka.Cluster;
using Akka.Cluster.Sharding;
using Mercure.Actors;
using Mercure.Actors.Hosting;
using Mercure.Actors.Matcher;
using Xunit;

namespace Mercure.Specs.Core;

/// <summary>The writer as an entity of Cluster.Sharding: the same messages, the same behaviour.</summary>
public sealed class ShardedWriterSpecs : IDisposable
{
    private const string Topic = "https://example.com/books/1";
    private const string ClusterConfig =
        """
        akka.actor.provider = cluster
        akka.remote.dot-netty.tcp { hostname = 127.0.0.1, port = 0 }
        akka.cluster.sharding.state-store-mode = ddata
        akka.cluster.sharding.distributed-data.durable.keys = []
        """;

    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Should_serve_the_hub_from_a_shard()
    {
        var options = new HubOptions { PublishTimeout = TimeSpan.FromSeconds(20) };
        Hub? node = null;
        await using var hub = await CoreHub.StartAsync(_directory.Sqlite, options, async (system, store) =>
        {
            var cluster = Akka.Cluster.Cluster.Get(system);
            await cluster.JoinAsync(cluster.SelfAddress);
            var region = await ClusterSharding.Get(system).StartAsync(
                HubMessageExtractor.TypeName,
                TopicMatcher.Props(options, store, TimeProvider.System),
                ClusterShardingSettings.Create(system).WithRememberEntities(false),
                new HubMessageExtractor());
            node = LinkSpecs.StartNode(system, store, options, region, 0);
        }, config: ClusterConfig);

        var first = Assert.IsType<PublishResult.Stored>(await node!.PublishAsync(CoreHub.UpdateOf("0", id: null, Topic)));
        await using var stream = LinkSpecs.Subscribe(node, first.Id);
        await stream.Opened;
        for (var i = 1; i <= 20; i++)
            Assert.IsType<PublishResult.Stored>(await node.PublishAsync(CoreHub.UpdateOf($"{i}", id: null, Topic)));

        await stream.UntilAsync(events => events.Count == 20);
        Assert.Equal(Enumerable.Range(1, 20).Select(i => $"{i}"), stream.Data);
        Assert.True((await node.CheckHealthAsync()).IsHealthy);
    }
}
