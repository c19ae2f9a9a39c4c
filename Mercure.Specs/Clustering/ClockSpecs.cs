using Mercure.Specs.Faults;
using Mercure.Specs.Processes;
using Mercure.Specs.Settings;
using Xunit;
using Xunit.Abstractions;

namespace Mercure.Specs.Clustering;

/// <summary>
/// The clock of one node is set while the cluster runs: nobody is put out, nothing is lost, and the next failover goes as ever,
/// since leases have the database's clock and pauses the monotonic one.
/// </summary>
[Collection(ClustersCollection.Name)]
public sealed class ClockSpecs(ITestOutputHelper output)
{
    [FakeTimeClusterFact]
    [Trait("Category", "Long")]
    public async Task Should_not_mind_that_the_clock_of_a_node_is_set()
    {
        await using var cluster = await ClusterProcesses.CreateAsync(3);
        foreach (var (node, setup) in cluster.Setups.Index())
        {
            await SetAsync(cluster, node, "+0");
            setup.Environment["LD_PRELOAD"] = FakeTimeFactAttribute.Library!;
            setup.Environment["FAKETIME_TIMESTAMP_FILE"] = Clock(cluster, node);
            setup.Environment["FAKETIME_CACHE_DURATION"] = "1";
            setup.Environment["DONT_FAKE_MONOTONIC"] = "1";
        }

        await cluster.StartAllAsync();
        await using var load = await ClusterLoad.StartAsync(cluster.Setups);
        var host = await cluster.HostAsync(0);
        var other = (host + 1) % 3;
        foreach (var node in new[] { host, other })
        {
            foreach (var (set, days) in new[] { ("-1d", -1), ("+400d", 400), ("-10y", -3650) })
            {
                await SetAsync(cluster, node, set);
                await ShowsAsync(cluster, node, days);
                await load.MoreAsync(50);
            }
        }

        for (var node = 0; node < 3; node++)
            await cluster.MembersAsync(node, 3);
        Assert.Equal(host, await cluster.HostAsync(other));
        Assert.Equal(3, load.Streams);
        Assert.Equal(0, load.Refused);

        // Two nodes ten years ago, one of which dies and comes back.
        await cluster[host].KillAsync();
        output.WriteLine($"{(await load.PublishSucceedsAsync(other)).TotalMilliseconds:F0} ms until a publish succeeds elsewhere");
        await cluster.MembersAsync(other, 2);
        await cluster.RestartAsync(host);
        await cluster.MembersAsync(other, 3);
        await load.MoreAsync(50);
        await load.CheckAsync(host);
    }

    private static string Clock(ClusterProcesses cluster, int node) => Path.Combine(cluster.Journal.Directory, $"clock-{node}");

    private static Task SetAsync(ClusterProcesses cluster, int node, string set) => File.WriteAllTextAsync(Clock(cluster, node), set);

    /// <summary>The node's answers carry the date.</summary>
    private static async Task ShowsAsync(ClusterProcesses cluster, int node, int days)
    {
        using var client = new HttpClient();
        var date = TimeProvider.System.GetUtcNow().AddDays(days);
        DateTimeOffset? shown = null;
        await Eventually.IsTrueAsync(
            async () =>
            {
                using var response = await client.GetAsync(new Uri(cluster.Setups[node].Address, "healthz"));
                shown = response.Headers.Date;
                return (shown - date)?.Duration() < TimeSpan.FromHours(12);
            },
            ClusterProcesses.Timeout,
            () => $"node {node}'s date is near {date}; it is {shown}.");
    }
}

/// <summary>Skipped where no PostgreSQL server is named, or libfaketime is missing.</summary>
internal sealed class FakeTimeClusterFactAttribute : FactAttribute
{
    public FakeTimeClusterFactAttribute() => Skip = Needs.PostgreSql ?? Needs.FakeTime;
}
