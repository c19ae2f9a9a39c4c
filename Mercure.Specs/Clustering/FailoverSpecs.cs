using Mercure.Specs.Processes;
using Xunit;
using Xunit.Abstractions;

namespace Mercure.Specs.Clustering;

/// <summary>Nodes die, freeze and stop under load: the others go on, and nothing that was acknowledged is lost, doubled or out of order.</summary>
[Collection(ClustersCollection.Name)]
public sealed class FailoverSpecs(ITestOutputHelper output)
{
    [ClusterFact]
    public async Task Should_go_on_when_the_node_with_the_writer_is_killed()
    {
        await using var cluster = await ClusterProcesses.StartAsync(3);
        await using var load = await ClusterLoad.StartAsync(cluster.Setups, 100);
        var host = await cluster.HostAsync(0);
        await cluster[host].KillAsync();
        var other = (host + 1) % 3;
        Report("kill -9", await load.PublishSucceedsAsync(other));
        await cluster.MembersAsync(other, 2);
        await load.MoreAsync(100);
        await load.CheckAsync(other);
    }

    [ClusterFact]
    public async Task Should_go_on_when_two_of_three_are_killed_at_once()
    {
        await using var cluster = await ClusterProcesses.StartAsync(3);
        await using var load = await ClusterLoad.StartAsync(cluster.Setups, 100);
        var host = await cluster.HostAsync(0);
        var survivor = (host + 2) % 3;
        cluster[(host + 1) % 3].Send(Signal.Kill);
        cluster[host].Send(Signal.Kill);
        Report("two of three", await load.PublishSucceedsAsync(survivor));
        await cluster.MembersAsync(survivor, 1);
        await load.MoreAsync(100);
        await load.CheckAsync(survivor);
    }

    [ClusterFact]
    [Trait("Category", "Long")]
    public async Task Should_survive_the_loss_of_either_of_two()
    {
        await using var cluster = await ClusterProcesses.StartAsync(2);
        await using var load = await ClusterLoad.StartAsync(cluster.Setups);
        for (var victim = 0; victim < 2; victim++)
        {
            await load.MoreAsync(50);
            await cluster[victim].KillAsync();
            Report($"node {victim} of two", await load.PublishSucceedsAsync(1 - victim));
            await cluster.RestartAsync(victim);
            await cluster.MembersAsync(victim, 2);
        }

        await load.MoreAsync(50);
        await load.CheckAsync(0);
    }

    [ClusterFact]
    public async Task Should_go_on_at_once_when_the_node_with_the_writer_stops()
    {
        await using var cluster = await ClusterProcesses.StartAsync(3);
        await using var load = await ClusterLoad.StartAsync(cluster.Setups, 100);
        var host = await cluster.HostAsync(0);
        var other = (host + 1) % 3;
        cluster[host].Send(Signal.Terminate);
        // A stop takes a while; what counts is the longest publish meanwhile.
        var longest = TimeSpan.Zero;
        while (!cluster[host].HasExited)
            longest = Max(longest, await load.PublishSucceedsAsync(other));

        Report("SIGTERM, the longest publish", longest);
        Assert.Equal(0, await cluster[host].ExitAsync(ClusterProcesses.Timeout));
        await load.MoreAsync(100);
        await load.CheckAsync(other);
    }

    [ClusterFact]
    public async Task Should_go_on_when_the_node_with_the_writer_freezes_and_put_it_out_when_it_wakes()
    {
        await using var cluster = await ClusterProcesses.StartAsync(3);
        await using var load = await ClusterLoad.StartAsync(cluster.Setups, 100);
        var host = await cluster.HostAsync(0);
        var other = (host + 1) % 3;
        cluster[host].Send(Signal.Stop);
        Report("SIGSTOP", await load.PublishSucceedsAsync(other));
        await cluster.MembersAsync(other, 2);
        await load.MoreAsync(50);
        cluster[host].Send(Signal.Continue);

        // Its supervisor starts it again because it has ended with an error.
        Assert.NotEqual(0, await cluster[host].ExitAsync(ClusterProcesses.Timeout));
        await cluster.RestartAsync(host);
        await cluster.MembersAsync(other, 3);
        await load.MoreAsync(50);
        await load.CheckAsync(other);
    }

    [ClusterFact]
    public async Task Should_refuse_no_publish_during_a_rolling_restart()
    {
        await using var cluster = await ClusterProcesses.StartAsync(3, ("MERCURE_DRAIN_DELAY", "1s"), ("MERCURE_DRAIN_TIME", "500ms"));
        await using var load = await ClusterLoad.StartAsync(cluster.Setups);
        for (var node = 0; node < 3; node++)
        {
            await load.MoreAsync(50);
            cluster[node].Send(Signal.Terminate);
            // As a load balancer: it asks, and sends nobody where the answer is no.
            await Eventually.IsTrueAsync(async () => await cluster.StatusAsync(node, "ready") != System.Net.HttpStatusCode.OK, ClusterProcesses.Timeout, () => "readiness fails.");
            load.Avoid(node);
            Assert.Equal(0, await cluster[node].ExitAsync(ClusterProcesses.Timeout));
            await cluster.RestartAsync(node);
            load.Use(node);
        }

        await load.MoreAsync(50);
        await load.CheckAsync(0);
        Assert.Equal(0, load.Refused);
    }

    [ClusterFact]
    [Trait("Category", "Long")]
    public async Task Should_fail_over_within_five_seconds_in_the_median_of_ten_kills()
    {
        await using var cluster = await ClusterProcesses.StartAsync(3);
        await using var load = await ClusterLoad.StartAsync(cluster.Setups);
        var times = new List<TimeSpan>();
        for (var kill = 0; kill < 10; kill++)
        {
            await load.MoreAsync(100);
            var host = await cluster.HostAsync(kill % 3);
            await cluster[host].KillAsync();
            times.Add(await load.PublishSucceedsAsync((host + 1) % 3));
            Report($"kill {kill}", times[^1]);
            await cluster.RestartAsync(host);
            await cluster.MembersAsync((host + 1) % 3, 3);
        }

        await load.CheckAsync(0);
        var median = times.Order().ElementAt(times.Count / 2);
        Report("median", median);
        Assert.True(median < TimeSpan.FromSeconds(5), $"The median of ten is {median.TotalSeconds} s.");
    }

    private static TimeSpan Max(TimeSpan left, TimeSpan right) => left > right ? left : right;

    private void Report(string what, TimeSpan time) => output.WriteLine($"{what}: {time.TotalMilliseconds:F0} ms until a publish succeeds elsewhere");
}
