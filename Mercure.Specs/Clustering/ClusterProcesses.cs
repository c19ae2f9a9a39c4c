using System.Net;
using System.Text.Json;
using Mercure.Specs.Journals;
using Mercure.Specs.Processes;
using Mercure.Specs.Settings;
using Npgsql;
using Xunit;

namespace Mercure.Specs.Clustering;

/// <summary>Several nodes of one hub as real processes, on one database, of PostgreSQL by default, and loopback ports.</summary>
internal sealed class ClusterProcesses : IAsyncDisposable
{
    public static readonly TimeSpan Timeout = Eventually.Patience;

    private readonly TestJournal _journal;
    private readonly HttpClient _client = new() { Timeout = TimeSpan.FromSeconds(5) };
    private readonly HubProcess?[] _processes;

    private ClusterProcesses(TestJournal journal, int nodes, (string Name, string Value)[] environment)
    {
        _journal = journal;
        Setups = [.. Enumerable.Range(0, nodes).Select(_ => SetupOf(journal, environment))];
        _processes = new HubProcess?[nodes];
    }

    public IReadOnlyList<HubSetup> Setups { get; }

    public TestJournal Journal => _journal;

    public HubProcess this[int node] => _processes[node] ?? throw new InvalidOperationException($"Node {node} is not started.");

    /// <summary>Starts all of them at once and waits until each says that a publish would succeed.</summary>
    public static async Task<ClusterProcesses> StartAsync(int nodes, params (string Name, string Value)[] environment)
    {
        var cluster = await CreateAsync(nodes, environment);
        try
        {
            await cluster.StartAllAsync();
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    public static async Task<ClusterProcesses> CreateAsync(int nodes, params (string Name, string Value)[] environment) =>
        Create(await TestJournal.CreateAsync(TestDatabase.PostgreSql), nodes, environment);

    public static ClusterProcesses Create(TestJournal journal, int nodes, params (string Name, string Value)[] environment) => new(journal, nodes, environment);

    /// <summary>Each node in a network namespace of its own.</summary>
    public static async Task<ClusterProcesses> CreateAsync(NetworkNamespaces network, int nodes)
    {
        var cluster = await CreateAsync(nodes);
        var journal = new NpgsqlConnectionStringBuilder(cluster.Journal.ConnectionString);
        journal.Port = network.Relay(journal.Port);
        journal.Host = NetworkNamespaces.Gateway;
        foreach (var (node, setup) in cluster.Setups.Index())
        {
            setup.Namespace = network.Name(node);
            setup.Host = NetworkNamespaces.Address(node);
            setup.Environment["ADDR"] = $"{setup.Host}:{setup.Port}";
            setup.Environment["MERCURE_JOURNAL_CONNECTION_STRING"] = journal.ConnectionString;
            setup.Environment["MERCURE_CLUSTER_HOST"] = setup.Host;
            setup.Environment["MERCURE_CLUSTER_MANAGEMENT_ADDR"] = $"{setup.Host}:8558";
        }

        return cluster;
    }

    public async Task StartAllAsync()
    {
        for (var node = 0; node < _processes.Length; node++)
            await LaunchAsync(node);

        await Task.WhenAll(_processes.Select(process => process!.IsHealthyAsync(Timeout)));
        await MembersAsync(0, Setups.Count);
    }

    /// <summary>A new life of a node.</summary>
    public async Task<HubProcess> LaunchAsync(int node)
    {
        if (_processes[node] is { } former)
            await former.DisposeAsync();

        return _processes[node] = HubProcess.Launch(Setups[node]);
    }

    public async Task RestartAsync(int node)
    {
        var process = await LaunchAsync(node);
        await process.IsHealthyAsync(Timeout);
    }

    public Uri Management(int node) => new($"http://{Setups[node].Environment["MERCURE_CLUSTER_MANAGEMENT_ADDR"]}/");

    public string Address(int node) => $"akka.tcp://mercure@{Setups[node].Host}:{Setups[node].Environment["MERCURE_CLUSTER_PORT"]}";

    public async Task<JsonElement> GetJsonAsync(int node, string path)
    {
        using var document = JsonDocument.Parse(await _client.GetStringAsync(new Uri(Management(node), path)));
        return document.RootElement.Clone();
    }

    public async Task<HttpStatusCode?> StatusAsync(int node, string path)
    {
        try
        {
            using var response = await _client.GetAsync(new Uri(Management(node), path));
            return response.StatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return null;
        }
    }

    /// <summary>Waits until a node sees so many members, all of them up and reachable.</summary>
    public async Task<IReadOnlyList<string>> MembersAsync(int node, int count)
    {
        List<string> members = [];
        await Eventually.IsTrueAsync(
            async () =>
            {
                if (await StatusAsync(node, "cluster/members") != HttpStatusCode.OK)
                    return false;

                var answer = await GetJsonAsync(node, "cluster/members");
                members = [.. answer.GetProperty("members").EnumerateArray().Where(member => member.GetProperty("status").GetString() == "Up").Select(member => member.GetProperty("node").GetString()!)];
                return members.Count == count && answer.GetProperty("members").GetArrayLength() == count && answer.GetProperty("unreachable").GetArrayLength() == 0;
            },
            Timeout,
            () => $"node {node} sees {count} members; it sees {string.Join(", ", members)}.\n{this[node].Output}");
        return members;
    }

    /// <summary>Which node has the writer.</summary>
    public async Task<int> HostAsync(int askedNode)
    {
        var host = -1;
        await Eventually.IsTrueAsync(
            async () =>
            {
                var stats = await GetJsonAsync(askedNode, "cluster/shards/hub/stats");
                foreach (var region in stats.GetProperty("regions").EnumerateObject())
                {
                    if (region.Value.GetProperty("shards").GetArrayLength() > 0)
                        host = Enumerable.Range(0, Setups.Count).Single(node => Address(node) == region.Name);
                }

                return host >= 0;
            },
            Timeout,
            () => "a node has the shard.");
        return host;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
        {
            if (process is not null)
                await process.DisposeAsync();
        }

        _client.Dispose();
        await _journal.DisposeAsync();
    }

    private static HubSetup SetupOf(TestJournal journal, (string Name, string Value)[] environment) => new(journal, [
        ("MERCURE_CLUSTER_DISCOVERY", "database"),
        ("MERCURE_CLUSTER_HOST", "127.0.0.1"),
        ("MERCURE_CLUSTER_PORT", $"{FreePort.Next()}"),
        ("MERCURE_CLUSTER_MANAGEMENT_ADDR", $"127.0.0.1:{FreePort.Next()}"),
        ("MERCURE_DRAIN_TIME", "0s"),
        ("MERCURE_PUBLISH_TIMEOUT", "15s"),
        .. environment]);
}

/// <summary>Runs where there is a PostgreSQL server: a cluster needs one.</summary>
public sealed class ClusterFactAttribute : FactAttribute
{
    public ClusterFactAttribute() => Skip = Needs.PostgreSql;
}

/// <inheritdoc cref="ClusterFactAttribute"/>
public sealed class ClusterTheoryAttribute : TheoryAttribute
{
    public ClusterTheoryAttribute() => Skip = Needs.PostgreSql;
}
