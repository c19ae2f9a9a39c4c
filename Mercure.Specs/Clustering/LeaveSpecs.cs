using System.Net;
using Mercure.Specs.Processes;
using Xunit;

namespace Mercure.Specs.Clustering;

/// <summary>A node that is requested to leave ends as one that gets SIGTERM, and its supervisor leaves it at that.</summary>
[Collection(ProcessesCollection.Name)]
public sealed class LeaveSpecs
{
    private const string Topic = "https://example.com/leave";

    [ClusterFact]
    public async Task Should_drain_and_exit_without_an_error_whichever_node_is_requested()
    {
        await using var cluster = await ClusterProcesses.StartAsync(
            3,
            ("MERCURE_CLUSTER_MANAGEMENT_WRITES", "1"),
            ("MERCURE_CLUSTER_BIND_HOST", "0.0.0.0"),
            ("MERCURE_DRAIN_DELAY", "1s"),
            ("MERCURE_DRAIN_TIME", "300ms"));
        using var client = new HttpClient();
        var host = await cluster.HostAsync(0);
        var (asked, last) = ((host + 1) % 3, (host + 2) % 3);

        // Another node, which has the writer
        using var publisher = new Publisher(cluster.Setups[host].Hub);
        var streams = await OpenAsync(cluster, host);
        using var deleted = await client.DeleteAsync(new Uri(cluster.Management(asked), $"cluster/members/{cluster.Address(host)}"));
        Assert.Equal($$"""{"message":"Leaving {{cluster.Address(host)}}"}""", await deleted.Content.ReadAsStringAsync());
        await Eventually.IsTrueAsync(
            async () => await cluster.StatusAsync(host, "ready") == HttpStatusCode.InternalServerError, ClusterProcesses.Timeout, () => "readiness fails first.");
        await publisher.PublishAsync(Topic, "while it drains");
        await HasLeftAsync(cluster, host, streams);
        Assert.All(streams, stream => Assert.Equal(["while it drains"], stream.Events.Select(update => update.Data)));

        // The very node that is asked
        streams = await OpenAsync(cluster, asked);
        using var form = new FormUrlEncodedContent([new("operation", "Leave")]);
        using var put = await client.PutAsync(new Uri(cluster.Management(asked), $"cluster/members/{Uri.EscapeDataString(cluster.Address(asked))}"), form);
        Assert.Equal(HttpStatusCode.OK, put.StatusCode);
        await HasLeftAsync(cluster, asked, streams);

        await cluster.MembersAsync(last, 1);
        await cluster[last].IsHealthyAsync(ClusterProcesses.Timeout);
        for (var node = 0; node < 3; node++)
            CheckLog(cluster[node].Output, cluster.Setups[node].Environment["MERCURE_CLUSTER_PORT"]);
    }

    private static async Task<List<SseClient>> OpenAsync(ClusterProcesses cluster, int node)
    {
        var streams = new List<SseClient>();
        for (var i = 0; i < 3; i++)
            streams.Add(await SseClient.OpenAsync(cluster.Setups[node].Hub, Topic));
        return streams;
    }

    private static async Task HasLeftAsync(ClusterProcesses cluster, int node, List<SseClient> streams)
    {
        Assert.Equal(0, await cluster[node].ExitAsync(ClusterProcesses.Timeout));
        foreach (var stream in streams)
        {
            Assert.Equal(SseEnd.Completed, await stream.Ended.WaitAsync(ClusterProcesses.Timeout));
            await stream.DisposeAsync();
        }
    }

    /// <summary>
    /// From a start in good health to a leave, nothing is warned of but these settings, and that a node that has just left can't be reached.
    /// </summary>
    private static void CheckLog(string output, string port)
    {
        Assert.Contains($"WARN  Nodes talk without TLS on 0.0.0.0:{port}: ", output, StringComparison.Ordinal);
        Assert.All(
            output.Split('\n', StringSplitOptions.RemoveEmptyEntries),
            line => Assert.Matches("^....-..-..T[^ ]+ (INFO|WARN  (Nodes talk without TLS|The (publisher|subscriber) key is shorter|Association with remote system .* Reason is: .*refused))", line));
    }
}
