using Mercure.Specs.Faults;
using Mercure.Specs.Journals;
using Mercure.Specs.Processes;
using Mercure.Specs.Settings;
using Xunit;
using Xunit.Abstractions;

namespace Mercure.Specs.Clustering;

/// <summary>The journal's database under a cluster: it crashes and comes back, and it may be another than PostgreSQL.</summary>
[Collection(ClustersCollection.Name)]
public sealed class DatabaseSpecs(ITestOutputHelper output)
{
    [PostgreSqlServerFact]
    public Task Should_survive_that_postgresql_crashes_under_load() => IsSurvivedAsync(TestDatabase.PostgreSql);

    [MariaDbServerFact]
    [Trait("Category", "Long")]
    public Task Should_survive_that_mariadb_crashes_under_load() => IsSurvivedAsync(TestDatabase.MariaDb);

    [MariaDbServerFact]
    [Trait("Category", "Long")]
    public async Task Should_go_on_when_the_node_with_the_writer_is_killed_on_mariadb()
    {
        await using var cluster = ClusterProcesses.Create(await TestJournal.CreateAsync(TestDatabase.MariaDb), 3);
        await cluster.StartAllAsync();
        await using var load = await ClusterLoad.StartAsync(cluster.Setups, 100);
        var host = await cluster.HostAsync(0);
        await cluster[host].KillAsync();
        var other = (host + 1) % 3;
        output.WriteLine($"kill -9 on MariaDB: {(await load.PublishSucceedsAsync(other)).TotalMilliseconds:F0} ms until a publish succeeds elsewhere");
        await cluster.MembersAsync(other, 2);
        await cluster.RestartAsync(host);
        await cluster.MembersAsync(other, 3);
        await load.MoreAsync(100);
        await load.CheckAsync(host);
    }

    /// <summary>Nobody can publish meanwhile; the streams stay, the members too, and it goes on by itself.</summary>
    private async Task IsSurvivedAsync(TestDatabase database)
    {
        await using var server = await DatabaseServer.StartedAsync(database);
        await using var cluster = ClusterProcesses.Create(TestJournal.On(server.ConnectionString, database), 3);
        await cluster.StartAllAsync();
        await using var load = await ClusterLoad.StartAsync(cluster.Setups, 100);
        for (var crash = 0; crash < 2; crash++)
        {
            await server.StopAsync();
            await Eventually.IsTrueAsync(
                async () => await cluster.StatusAsync(crash, "ready") != System.Net.HttpStatusCode.OK, ClusterProcesses.Timeout, () => "readiness fails.");
            await server.StartAsync();
            for (var node = 0; node < 3; node++)
                output.WriteLine($"node {node}: {(await load.PublishSucceedsAsync(node)).TotalMilliseconds:F0} ms until a publish succeeds again");

            await load.MoreAsync(50);
        }

        for (var node = 0; node < 3; node++)
            await cluster.MembersAsync(node, 3);
        await load.CheckAsync(0);
        Assert.Equal(3, load.Streams);
    }
}

/// <summary>Skipped where no MariaDB server can be started.</summary>
internal sealed class MariaDbServerFactAttribute : FactAttribute
{
    public MariaDbServerFactAttribute() => Skip = Needs.MariaDbPrograms;
}
