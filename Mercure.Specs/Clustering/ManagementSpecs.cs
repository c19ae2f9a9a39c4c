using System.Net;
using System.Text.Json;
using Xunit;

namespace Mercure.Specs.Clustering;

/// <summary>The management listener speaks as the JVM's Akka Management does.</summary>
[Collection(ClustersCollection.Name)]
public sealed class ManagementSpecs
{
    private const string Role = "edge";

    [ClusterFact]
    public async Task Should_show_the_cluster_and_take_no_command_unless_enabled()
    {
        await using var cluster = await ClusterProcesses.StartAsync(2, ("MERCURE_CLUSTER_ROLES", Role));
        using var client = new HttpClient();

        Assert.Equal("OK", await client.GetStringAsync(new Uri(cluster.Management(0), "ready")));
        Assert.Equal("OK", await client.GetStringAsync(new Uri(cluster.Management(0), "alive")));
        await CheckMembersAsync(cluster);
        await CheckShardsAsync(cluster);

        var seeds = await cluster.GetJsonAsync(0, "bootstrap/seed-nodes");
        Assert.Equal(cluster.Address(0), seeds.GetProperty("selfNode").GetString());
        Assert.Equal(2, seeds.GetProperty("seedNodes").GetArrayLength());
        Assert.Equal(JsonValueKind.Number, seeds.GetProperty("seedNodes")[0].GetProperty("nodeUid").ValueKind);

        Assert.Equal(HttpStatusCode.NotFound, await cluster.StatusAsync(0, "cluster/members/mercure@127.0.0.1:1"));
        Assert.Equal(HttpStatusCode.NotFound, await cluster.StatusAsync(0, "cluster/shards/no-such"));
        using var refused = await client.DeleteAsync(new Uri(cluster.Management(0), $"cluster/members/{cluster.Address(1)}"));
        Assert.Equal(HttpStatusCode.MethodNotAllowed, refused.StatusCode);
        await CheckOtherMethodsAsync(cluster, "GET", "", "Commands are off: MERCURE_CLUSTER_MANAGEMENT_WRITES=1 allows them");
        using var elsewhere = await client.GetAsync(new Uri(cluster.Setups[0].Address, "cluster/members"));
        Assert.Equal(HttpStatusCode.NotFound, elsewhere.StatusCode);
    }

    [ClusterFact]
    public async Task Should_take_commands_when_enabled_and_tell_what_happens()
    {
        await using var cluster = await ClusterProcesses.StartAsync(2, ("MERCURE_CLUSTER_MANAGEMENT_WRITES", "1"));
        using var client = new HttpClient();
        using var head = await client.GetAsync(new Uri(cluster.Management(0), "cluster/domain-events?type=MemberRemoved"), HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal("no-store, no-transform", head.Headers.CacheControl!.ToString());
        Assert.Equal(["no"], head.Headers.GetValues("X-Accel-Buffering"));
        using var stream = new StreamReader(await head.Content.ReadAsStreamAsync());
        var removed = Task.Run(async () =>
        {
            while (await stream.ReadLineAsync() is { } line)
            {
                if (line.StartsWith("data:", StringComparison.Ordinal))
                    return line;
            }

            return "";
        });

        await CheckOtherMethodsAsync(cluster, "GET, DELETE, PUT", "PUT", "Not for this method; accepted here: PUT");
        await CheckWebPagesAsync(cluster);
        using var unknown = await client.GetAsync(new Uri(cluster.Management(0), "cluster/domain-events?type=MemberUp&type=Nope"));
        Assert.Equal(HttpStatusCode.BadRequest, unknown.StatusCode);
        Assert.Contains("accepted: ClusterDomainEvent, MemberEvent,", await unknown.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        using var nonsense = new FormUrlEncodedContent([new("operation", "Dance")]);
        using var bad = await client.PutAsync(new Uri(cluster.Management(0), $"cluster/members/{cluster.Address(1)}"), nonsense);
        Assert.Equal(HttpStatusCode.BadRequest, bad.StatusCode);
        using var down = new FormUrlEncodedContent([new("operation", "Down")]);
        using var downed = await client.PutAsync(new Uri(cluster.Management(0), $"cluster/members/{cluster.Address(1)}"), down);

        Assert.Equal($$"""{"message":"Downing {{cluster.Address(1)}}"}""", await downed.Content.ReadAsStringAsync());
        Assert.NotEqual(0, await cluster[1].ExitAsync(ClusterProcesses.Timeout));
        Assert.Contains(cluster.Address(1), await removed.WaitAsync(ClusterProcesses.Timeout), StringComparison.Ordinal);
        await cluster.MembersAsync(0, 1);
    }

    private static async Task CheckOtherMethodsAsync(ClusterProcesses cluster, string ofMember, string ofCluster, string message)
    {
        using var client = new HttpClient();
        using var patch = await client.PatchAsync(new Uri(cluster.Management(0), $"cluster/members/{cluster.Address(1)}"), content: null);
        Assert.Equal((HttpStatusCode.MethodNotAllowed, ofMember), (patch.StatusCode, string.Join(", ", patch.Content.Headers.Allow)));
        using var get = await client.GetAsync(new Uri(cluster.Management(0), "cluster"));
        Assert.Equal((HttpStatusCode.MethodNotAllowed, ofCluster), (get.StatusCode, string.Join(", ", get.Content.Headers.Allow)));
        Assert.Equal($$"""{"message":"{{message}}"}""", await get.Content.ReadAsStringAsync());
    }

    /// <summary>CWE-350 and CWE-352: as a page would send it whose name was pointed to the node, and as a form of another site.</summary>
    private static async Task CheckWebPagesAsync(ClusterProcesses cluster)
    {
        using var client = new HttpClient();
        var member = new Uri(cluster.Management(0), $"cluster/members/{cluster.Address(1)}");
        using var rebound = new HttpRequestMessage(HttpMethod.Delete, member);
        rebound.Headers.Host = "attacker.example:8558";
        using var reboundAnswer = await client.SendAsync(rebound);
        Assert.Equal(HttpStatusCode.Forbidden, reboundAnswer.StatusCode);
        Assert.Contains("MERCURE_CLUSTER_MANAGEMENT_NAMES", await reboundAnswer.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        using var form = new HttpRequestMessage(HttpMethod.Post, new Uri(cluster.Management(0), "cluster/members"));
        form.Headers.Add("Origin", "https://attacker.example");
        form.Content = new FormUrlEncodedContent([new("address", "akka.tcp://mercure@192.0.2.1:25520")]);
        using var formAnswer = await client.SendAsync(form);
        Assert.Equal(HttpStatusCode.Forbidden, formAnswer.StatusCode);

        await cluster.MembersAsync(0, 2);
        Assert.Contains("A request to the management listener was refused", cluster[0].Output, StringComparison.Ordinal);
    }

    private static async Task CheckMembersAsync(ClusterProcesses cluster)
    {
        var answer = await cluster.GetJsonAsync(0, "cluster/members");
        Assert.Equal(cluster.Address(0), answer.GetProperty("selfNode").GetString());
        var member = answer.GetProperty("members")[0];
        Assert.Equal(JsonValueKind.String, member.GetProperty("nodeUid").ValueKind);
        Assert.Equal("Up", member.GetProperty("status").GetString());
        Assert.Equal(Role, member.GetProperty("roles")[0].GetString());
        Assert.Equal(0, answer.GetProperty("unreachable").GetArrayLength());
        Assert.Contains("akka.tcp://", answer.GetProperty("leader").GetString(), StringComparison.Ordinal);
        Assert.Equal(answer.GetProperty("oldest").GetString(), answer.GetProperty("oldestPerRole").GetProperty(Role).GetString());

        var one = await cluster.GetJsonAsync(0, $"cluster/members/{cluster.Address(1)}");
        Assert.Equal(cluster.Address(1), one.GetProperty("node").GetString());
    }

    private static async Task CheckShardsAsync(ClusterProcesses cluster)
    {
        Assert.Equal("hub", (await cluster.GetJsonAsync(1, "cluster/shards")).GetProperty("entityTypeKeys")[0].GetString());
        var host = await cluster.HostAsync(1);
        var region = (await cluster.GetJsonAsync(host, "cluster/shards/hub")).GetProperty("regions")[0];
        Assert.Equal(1, region.GetProperty("numEntities").GetInt32());
        var stats = await cluster.GetJsonAsync(1, "cluster/shards/hub/stats");
        Assert.Equal(1, stats.GetProperty("totalEntities").GetInt32());
        Assert.Equal(1, stats.GetProperty("totalShards").GetInt32());
    }
}
