using Mercure.Actors.Hosting;
using Mercure.Actors.Presence;
using Mercure.Specs.Core;
using Mercure.Specs.Processes;
using Xunit;
using static Mercure.Specs.Presence.PresenceHub;

namespace Mercure.Specs.Presence;

/// <summary>One list for all nodes, asked on any of them; what a node had ends with it.</summary>
public sealed class PresenceClusterSpecs : IDisposable
{
    private static readonly HubOptions Clustered = Options with { PublishTimeout = TimeSpan.FromSeconds(30), Cluster = new ClusterOptions() };

    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task Should_end_what_a_node_had_that_goes(bool hasWriter, bool leaves)
    {
        await using var cluster = await CoreCluster.StartAsync(_directory.Sqlite, nodes: 3, Clustered);
        await ReadyAsync(cluster);
        var streams = new List<CoreStream>();
        for (var i = 0; i < 3; i++)
        {
            streams.AddRange(Enumerable.Range(0, 10).Select(j => Connect(cluster.Nodes[i].Hub, $"urn:uuid:{i}-{j}", ["a", "b"])));
        }

        await Task.WhenAll(streams.Select(stream => stream.Opened));
        foreach (var node in cluster.Nodes)
            Assert.Equal(60, (await ListAsync(node.Hub)).Subscriptions.Count);

        var going = await GoingAsync(cluster, hasWriter);
        var number = cluster.Nodes.ToList().IndexOf(going);
        var before = await ListAsync(cluster.Nodes[0].Hub);
        await cluster.StopAsync(going, leaves);

        foreach (var node in cluster.Nodes)
        {
            await Eventually.IsTrueAsync(async () => await node.Hub.GetSubscriptionsAsync(new SubscriptionQuery(MatcherKind.Selector)) is SubscriptionsResult.Listed { Subscriptions.Count: 40 });
            var list = await ListAsync(node.Hub);
            Assert.DoesNotContain(list.Subscriptions, subscription => subscription.Subscriber.StartsWith($"urn:uuid:{number}-", StringComparison.Ordinal));
            await AssertFollowableAsync(node.Hub, before, Names(list));
        }

        await Task.WhenAll(streams.Where((_, i) => i / 10 != number).Select(stream => stream.DisconnectAsync()));
        await Eventually.IsTrueAsync(async () => (await ListAsync(cluster.Nodes[0].Hub)).Subscriptions.Count == 0);
    }

    [Fact]
    public async Task Should_hand_out_a_long_list_on_a_node_without_the_writer()
    {
        await using var cluster = await CoreCluster.StartAsync(_directory.Sqlite, nodes: 2, Clustered);
        await ReadyAsync(cluster);
        var other = await cluster.Nodes[0].HasWriterAsync() ? cluster.Nodes[1] : cluster.Nodes[0];
        var payload = $$"""{"about":"{{new string('x', 8_000)}}"}""";
        var streams = Enumerable.Range(0, 1_000).Select(i => Connect(other.Hub, $"urn:uuid:{i}", ["a"], payload: payload)).ToList();
        foreach (var stream in streams)
            await stream.Opened;

        // Eight megabytes, in frames of four.
        var list = await ListAsync(other.Hub);
        Assert.Equal(1_000, list.Subscriptions.Select(subscription => subscription.Subscriber).Distinct(StringComparer.Ordinal).Count());
        Assert.All(list.Subscriptions, subscription => Assert.Equal(payload, subscription.Payload));
        await Task.WhenAll(streams.Select(stream => stream.DisconnectAsync()));
    }

    /// <summary>A node that is not ready yet may refuse subscribers.</summary>
    private static Task ReadyAsync(CoreCluster cluster) => Task.WhenAll(cluster.Nodes.Select(node =>
        Eventually.IsTrueAsync(async () => (await node.Hub.CheckHealthAsync()).IsHealthy)));

    private static async Task<CoreCluster.Node> GoingAsync(CoreCluster cluster, bool hasWriter)
    {
        foreach (var node in cluster.Nodes)
        {
            if (await node.HasWriterAsync() == hasWriter)
                return node;
        }

        throw new InvalidOperationException("There is no such node.");
    }
}
