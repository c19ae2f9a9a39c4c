using Mercure.Specs.Processes;
using Npgsql;
using Xunit;

namespace Mercure.Specs.Clustering;

/// <summary>Whichever nodes start together, there is one cluster.</summary>
[Collection(ClustersCollection.Name)]
public sealed class ColdStartSpecs
{
    [ClusterFact]
    public async Task Should_form_one_cluster_when_all_start_at_once_and_again_when_all_have_died()
    {
        await using var cluster = await ClusterProcesses.StartAsync(3);
        await IsOneClusterAsync(cluster);
        for (var node = 0; node < 3; node++)
            cluster[node].Send(Signal.Kill);

        await cluster.StartAllAsync();
        await IsOneClusterAsync(cluster);
    }

    [ClusterFact]
    public async Task Should_join_by_seeds_that_all_have_alike()
    {
        await using var cluster = await ClusterProcesses.CreateAsync(3);
        var seeds = string.Join(',', cluster.Setups.Take(2).Select(setup => $"127.0.0.1:{setup.Environment["MERCURE_CLUSTER_PORT"]}"));
        foreach (var setup in cluster.Setups)
        {
            setup.Environment.Remove("MERCURE_CLUSTER_DISCOVERY");
            setup.Environment["MERCURE_CLUSTER_SEEDS"] = seeds;
        }

        // Whoever is the first founds the cluster, a seed or not
        await cluster.RestartAsync(2);
        await cluster.LaunchAsync(0);
        await cluster.RestartAsync(1);
        await IsOneClusterAsync(cluster);
    }

    [ClusterFact]
    public async Task Should_join_by_the_method_of_akka_discovery()
    {
        await using var cluster = await ClusterProcesses.CreateAsync(3);
        var file = Path.Combine(cluster.Journal.Directory, "akka.conf");
        var endpoints = string.Join(", ", cluster.Setups.Select(setup => $"\"{setup.Environment["MERCURE_CLUSTER_MANAGEMENT_ADDR"]}\""));
        await File.WriteAllTextAsync(
            file,
            $$"""
            akka.discovery {
              method = config
              config.services.hubs.endpoints = [{{endpoints}}]
            }
            """);
        foreach (var setup in cluster.Setups)
        {
            setup.Environment["MERCURE_CONFIG"] = file;
            setup.Environment["MERCURE_CLUSTER_DISCOVERY"] = "akka";
            setup.Environment["MERCURE_CLUSTER_DISCOVERY_SERVICE"] = "hubs";
        }

        await cluster.StartAllAsync();
        await IsOneClusterAsync(cluster);
    }

    /// <summary>All nodes are asked at one port, as pods are; the name has the address of the first.</summary>
    [ClusterFact]
    public async Task Should_join_by_the_address_of_a_name()
    {
        await using var cluster = await ClusterProcesses.CreateAsync(3);
        var port = FreePort.Next();
        foreach (var (node, setup) in cluster.Setups.Index())
        {
            setup.Environment["MERCURE_CLUSTER_DISCOVERY"] = "dns";
            setup.Environment["MERCURE_CLUSTER_DISCOVERY_SERVICE"] = "localhost";
            setup.Environment["MERCURE_CLUSTER_MANAGEMENT_ADDR"] = $"127.0.0.{node + 1}:{port}";
        }

        await cluster.LaunchAsync(0);
        await cluster[0].IsHealthyAsync(ClusterProcesses.Timeout);
        await cluster.LaunchAsync(1);
        await cluster.LaunchAsync(2);
        await IsOneClusterAsync(cluster);
    }

    [ClusterFact]
    public async Task Should_found_no_second_cluster_when_the_living_members_are_out_of_reach()
    {
        await using var cluster = await ClusterProcesses.CreateAsync(2);
        await cluster.LaunchAsync(0);
        await cluster[0].IsHealthyAsync(ClusterProcesses.Timeout);
        // A frozen member is as one behind a partition; its row is fresh for a while.
        cluster[0].Send(Signal.Stop);
        await cluster.LaunchAsync(1);
        await Eventually.IsTrueAsync(
            () => cluster[1].Output.Contains("Joining the cluster of", StringComparison.Ordinal) || cluster[1].Output.Contains("this node founds it", StringComparison.Ordinal),
            ClusterProcesses.Timeout,
            () => cluster[1].Output);
        cluster[0].Send(Signal.Continue);

        // Whichever of the two clusters the database knows goes on alone; a node of the other one ends.
        await Eventually.IsTrueAsync(
            async () => cluster[0].HasExited || (await cluster.StatusAsync(0, "ready") == System.Net.HttpStatusCode.OK && (await cluster.GetJsonAsync(0, "cluster/members")).GetProperty("members").GetArrayLength() == 2),
            ClusterProcesses.Timeout,
            () => cluster[0].Output);
        if (cluster[0].HasExited)
            await cluster.LaunchAsync(0);
        await cluster.MembersAsync(0, 2);
        await cluster.MembersAsync(1, 2);
    }

    private static async Task IsOneClusterAsync(ClusterProcesses cluster)
    {
        var seen = new List<string>();
        for (var node = 0; node < 3; node++)
            seen.Add(string.Join(' ', (await cluster.MembersAsync(node, 3)).Order(StringComparer.Ordinal)));
        Assert.Single(seen.Distinct(StringComparer.Ordinal));

        await using var database = NpgsqlDataSource.Create(cluster.Journal.ConnectionString!);
        await using var formations = database.CreateCommand("SELECT count(DISTINCT formation) FROM mercure_cluster_nodes WHERE formation > 0");
        await Eventually.IsTrueAsync(async () => (long)(await formations.ExecuteScalarAsync())! == 1, ClusterProcesses.Timeout, () => "all are of one founding.");
    }
}
