using System.Net;
using Mercure.Specs.Processes;
using Xunit;
using Xunit.Abstractions;

namespace Mercure.Specs.Clustering;

/// <summary>The network between nodes is cut while all of them reach the database: one side goes on.</summary>
[Collection(ProcessesCollection.Name)]
public sealed class PartitionSpecs(ITestOutputHelper output)
{
    [PartitionFact]
    [Trait("Category", "Long")]
    public async Task Should_go_on_without_the_node_with_the_writer_when_it_is_cut_off_and_take_it_back_when_it_is_healed()
    {
        await using var network = await NetworkNamespaces.CreateAsync(3);
        await using var cluster = await ClusterProcesses.CreateAsync(network, 3);
        await cluster.StartAllAsync();
        await using var load = await ClusterLoad.StartAsync(cluster.Setups, 100);
        var host = await cluster.HostAsync(0);
        var other = (host + 1) % 3;

        await network.CutAsync(host);
        var pause = await load.PublishSucceedsAsync(other);
        output.WriteLine($"partition: {pause.TotalMilliseconds:F0} ms until a publish succeeds on the other side");
        Assert.NotEqual(0, await cluster[host].ExitAsync(ClusterProcesses.Timeout));
        await cluster.MembersAsync(other, 2);

        // Started again while it is cut off, it founds no cluster of its own.
        await cluster.LaunchAsync(host);
        await Eventually.IsTrueAsync(
            () => cluster[host].Output.Contains("Joining the cluster of", StringComparison.Ordinal), ClusterProcesses.Timeout, () => cluster[host].Output);
        await load.MoreAsync(50);
        Assert.NotEqual(HttpStatusCode.OK, await cluster.StatusAsync(host, "ready"));
        Assert.DoesNotContain("this node founds it", cluster[host].Output, StringComparison.Ordinal);

        await network.HealAsync(host);
        await cluster[host].IsHealthyAsync(ClusterProcesses.Timeout);
        await cluster.MembersAsync(other, 3);
        await load.MoreAsync(50);
        await load.CheckAsync(other);
    }
}
