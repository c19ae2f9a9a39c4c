using Mercure.Actors.Hosting;
using Mercure.Http.Cluster;
using Mercure.Http.Settings;
using Xunit;

namespace Mercure.Specs.Settings;

public class ClusterSettingsSpecs
{
    private static readonly (string Name, string Value)[] Server =
        [("MERCURE_JOURNAL", "postgresql"), ("MERCURE_JOURNAL_CONNECTION_STRING", "Host=db"), ("MERCURE_CLUSTER_HOST", "10.0.0.1")];

    [Fact]
    public void Should_be_a_hub_on_its_own_when_nothing_asks_for_a_cluster()
    {
        Assert.Null(Load(("MERCURE_CLUSTER_HOST", "10.0.0.1")).Cluster);
    }

    [Fact]
    public void Should_be_a_node_when_there_are_seeds()
    {
        var cluster = Load([.. Server, ("MERCURE_CLUSTER_SEEDS", "10.0.0.1:25520,hub-2:25520")]).Cluster!;

        Assert.Equal(ClusterDiscovery.Seeds, cluster.Discovery);
        Assert.Equal(["10.0.0.1:25520", "hub-2:25520"], cluster.Seeds);
        Assert.Equal((25520, 25520, 8558), (cluster.Port, cluster.BindPort, cluster.ManagementPort));
    }

    [Fact]
    public void Should_let_publishers_wait_through_a_failover_unless_told_otherwise()
    {
        Assert.Equal(TimeSpan.FromSeconds(15), Load([.. Server, ("MERCURE_CLUSTER_DISCOVERY", "database")]).Publish.Timeout);
        Assert.Equal(TimeSpan.FromSeconds(3), Load([.. Server, ("MERCURE_CLUSTER_DISCOVERY", "database"), ("MERCURE_PUBLISH_TIMEOUT", "3s")]).Publish.Timeout);
    }

    [Theory]
    [InlineData("10.0.0.1", null, null)]
    [InlineData("hub-1", null, null)]
    [InlineData("127.0.0.1", null, "127.0.0.1")]
    [InlineData("127.0.0.2", null, "127.0.0.2")]
    [InlineData("::1", null, "::1")]
    [InlineData("localhost", null, "127.0.0.1")]
    [InlineData("127.0.0.1", ":8558", null)]
    [InlineData("127.0.0.1", "10.0.0.1:8558", "10.0.0.1")]
    public void Should_be_managed_from_this_machine_alone_when_the_cluster_is_on_it(string host, string? managementAddress, string? managementHost)
    {
        (string, string)[] own = managementAddress is null ? [] : [("MERCURE_CLUSTER_MANAGEMENT_ADDR", managementAddress)];

        Assert.Equal(managementHost, Load([("MERCURE_CLUSTER_HOST", host), .. Server, ("MERCURE_CLUSTER_DISCOVERY", "database"), .. own]).Cluster!.ManagementHost);
    }

    [Theory]
    [InlineData("MERCURE_CLUSTER_MANAGEMENT_NAMES", "http://hub-1", "MERCURE_CLUSTER_MANAGEMENT_NAMES is \"http://hub-1\"; accepted: host names such as mercure.example.com or *.mercure.default.svc.cluster.local, without a port")]
    [InlineData("MERCURE_CLUSTER_DISCOVERY", "gossip", "MERCURE_CLUSTER_DISCOVERY is \"gossip\"; accepted: database, dns, akka, seeds")]
    [InlineData("MERCURE_CLUSTER_SEEDS", "hub-2", "MERCURE_CLUSTER_SEEDS is \"hub-2\"; accepted: addresses of nodes such as 10.0.0.1:25520 or hub-1:25520")]
    [InlineData("MERCURE_CLUSTER_PORT", "0", "MERCURE_CLUSTER_PORT is \"0\"; accepted: a port from 1 to 65535")]
    [InlineData("MERCURE_CLUSTER_BIND_HOST", "0.0.0.0\" }", "MERCURE_CLUSTER_BIND_HOST is \"0.0.0.0\" }\"; accepted: a host name, or an address such as 10.0.0.1")]
    [InlineData("MERCURE_CLUSTER_TIMING", "faster", "MERCURE_CLUSTER_TIMING is \"faster\"; accepted: fast, safe")]
    [InlineData("MERCURE_CLUSTER_ROLES", "a,b/c", "MERCURE_CLUSTER_ROLES is \"b/c\"; accepted: names of letters, digits, dots, dashes and underscores")]
    [InlineData("MERCURE_CLUSTER_MANAGEMENT_ADDR", "8558", "MERCURE_CLUSTER_MANAGEMENT_ADDR is \"8558\"; accepted: :8558, 127.0.0.1:8558, [::1]:8558 or localhost:8558")]
    [InlineData("MERCURE_DRAIN_TIME", "11m", "MERCURE_DRAIN_TIME is \"11m\"; accepted: a duration such as 5s or 1m, 0s for none, at most 10m")]
    [InlineData("MERCURE_CLUSTER_TLS_CERT_FILE", "node.pem", "MERCURE_CLUSTER_TLS_KEY_FILE is missing: MERCURE_CLUSTER_TLS_CERT_FILE needs it; accepted: all three of a node's TLS files or none")]
    public void Should_refuse_a_value_with_one_line(string name, string value, string line)
    {
        (string, string)[] asked = name is "MERCURE_CLUSTER_DISCOVERY" or "MERCURE_CLUSTER_SEEDS" ? [] : [("MERCURE_CLUSTER_DISCOVERY", "database")];
        var refusal = Assert.Throws<SettingsException>(() => Load([.. Server, .. asked, (name, value)]));

        Assert.Equal([line], refusal.Problems);
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("memory")]
    public void Should_refuse_a_journal_that_only_one_process_can_use(string journal)
    {
        var refusal = Assert.Throws<SettingsException>(() => Load(("MERCURE_JOURNAL", journal), ("MERCURE_CLUSTER_HOST", "10.0.0.1"), ("MERCURE_CLUSTER_DISCOVERY", "database")));

        Assert.Equal(
            [$"MERCURE_CLUSTER_DISCOVERY asks for a cluster, but MERCURE_JOURNAL is \"{journal}\", which only one process can use; accepted: postgresql, mariadb, mysql or sqlserver in MERCURE_JOURNAL"],
            refusal.Problems);
    }

    [Fact]
    public void Should_refuse_two_ways_to_find_the_others()
    {
        var refusal = Assert.Throws<SettingsException>(() => Load([.. Server, ("MERCURE_CLUSTER_DISCOVERY", "database"), ("MERCURE_CLUSTER_SEEDS", "hub-2:25520")]));

        Assert.Equal(["MERCURE_CLUSTER_SEEDS is set, but MERCURE_CLUSTER_DISCOVERY is \"database\"; accepted: one of them"], refusal.Problems);
    }

    /// <summary>Remoting would drop such a publish, and the node send it again until its publisher gives up.</summary>
    [Fact]
    public void Should_refuse_a_frame_that_does_not_carry_the_greatest_request()
    {
        var settings = Load([.. Server, ("MERCURE_CLUSTER_DISCOVERY", "database"), ("MERCURE_MAX_REQUEST_SIZE", "4MiB")]);

        ClusterNode.CheckFrame(settings);
        ClusterNode.CheckFrame(settings with { AkkaConfig = $"{WireLimits.FrameSizeKey} = 5MiB" });
        var refusal = Assert.Throws<SettingsException>(() => ClusterNode.CheckFrame(settings with { AkkaConfig = $"{WireLimits.FrameSizeKey} = 4MiB" }));
        Assert.Equal(
            [$"{WireLimits.FrameSizeKey} is 4194304 bytes; accepted: 4259840 or more, which a hub in a cluster needs for requests of 4194304 bytes (mercure.max-request-size)"],
            refusal.Problems);
    }

    private static HubSettings Load(params (string Name, string Value)[] environment) =>
        SettingsLoader.Load([], environment.Append(("JWT_KEY", "!ChangeMe!")).DistinctBy(pair => pair.Item1, StringComparer.Ordinal).ToDictionary(pair => pair.Item1, pair => pair.Item2, StringComparer.Ordinal));
}
