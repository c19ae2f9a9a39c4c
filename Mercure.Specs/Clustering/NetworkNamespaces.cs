using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Mercure.Specs.Settings;
using Xunit;

namespace Mercure.Specs.Clustering;

/// <summary>
/// A network namespace for each node, joined by a bridge in one of its own, to cut them off from each other while all of
/// them reach the database and the specs reach them. Needs root.
/// </summary>
internal sealed class NetworkNamespaces : IAsyncDisposable
{
    private readonly string _name = $"m{Environment.ProcessId % 10000}";
    private readonly int _nodes;
    private readonly CancellationTokenSource _stop = new();

    private NetworkNamespaces(int nodes) => _nodes = nodes;

    /// <summary>The specs' own address on the bridge.</summary>
    public const string Gateway = "10.77.0.254";

    public static async Task<NetworkNamespaces> CreateAsync(int nodes)
    {
        var namespaces = new NetworkNamespaces(nodes);
        await IpAsync($"netns add {namespaces._name}sw");
        await IpAsync($"-n {namespaces._name}sw link add name bridge0 type bridge");
        await IpAsync($"-n {namespaces._name}sw link set bridge0 up");
        await namespaces.PlugAsync("host", $"{namespaces._name}h");
        await IpAsync($"link set {namespaces._name}h up");
        await IpAsync($"addr add {Gateway}/24 dev {namespaces._name}h");
        for (var node = 0; node < nodes; node++)
        {
            await IpAsync($"netns add {namespaces.Name(node)}");
            await namespaces.PlugAsync($"n{node}", $"{namespaces._name}v{node}");
            await IpAsync($"link set {namespaces._name}v{node} netns {namespaces.Name(node)} name eth0");
            await IpAsync($"-n {namespaces.Name(node)} link set lo up");
            await IpAsync($"-n {namespaces.Name(node)} link set eth0 up");
            await IpAsync($"-n {namespaces.Name(node)} addr add {Address(node)}/24 dev eth0");
        }

        return namespaces;
    }

    public string Name(int node) => $"{_name}n{node}";

    public static string Address(int node) => $"10.77.0.{node + 1}";

    /// <summary>Packets between these and the others vanish; all still reach the database.</summary>
    public async Task CutAsync(params int[] side) => await EachPairAsync(side, (from, to) => IpAsync($"-n {Name(from)} route add blackhole {Address(to)}/32"));

    public async Task HealAsync(params int[] side) => await EachPairAsync(side, (from, to) => IpAsync($"-n {Name(from)} route del blackhole {Address(to)}/32"));

    /// <summary>Pulls the node's cable: nothing reaches it or leaves it, and nobody learns why.</summary>
    public Task UnplugAsync(int node) => IpAsync($"-n {Name(node)} link set eth0 down");

    /// <summary>Makes a server of this machine's loopback reachable from the namespaces.</summary>
    /// <returns>The port on <see cref="Gateway"/>.</returns>
    public int Relay(int port)
    {
        var listener = new TcpListener(IPAddress.Parse(Gateway), 0);
        listener.Start();
        _ = AcceptAsync(listener, port);
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        for (var node = 0; node < _nodes; node++)
            await IpAsync($"netns del {Name(node)}");
        await IpAsync($"netns del {_name}sw");
        _stop.Dispose();
    }

    private async Task PlugAsync(string port, string device)
    {
        await IpAsync($"link add name {device} type veth peer name {port} netns {_name}sw");
        await IpAsync($"-n {_name}sw link set {port} master bridge0");
        await IpAsync($"-n {_name}sw link set {port} up");
    }

    private async Task EachPairAsync(int[] side, Func<int, int, Task> act)
    {
        foreach (var one in side)
        {
            foreach (var other in Enumerable.Range(0, _nodes).Except(side))
            {
                await act(one, other);
                await act(other, one);
            }
        }
    }

    private async Task AcceptAsync(TcpListener listener, int port)
    {
        try
        {
            while (true)
                _ = RelayAsync(await listener.AcceptTcpClientAsync(_stop.Token), port);
        }
        catch (OperationCanceledException)
        {
            listener.Stop();
        }
    }

    private async Task RelayAsync(TcpClient client, int port)
    {
        using (client)
        {
            try
            {
                using var server = new TcpClient();
                await server.ConnectAsync(IPAddress.Loopback, port, _stop.Token);
                await Task.WhenAny(
                    client.GetStream().CopyToAsync(server.GetStream(), _stop.Token),
                    server.GetStream().CopyToAsync(client.GetStream(), _stop.Token));
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException)
            {
                // Either end is gone; so is the other now.
            }
        }
    }

    private static async Task IpAsync(string arguments)
    {
        using var ip = Process.Start(new ProcessStartInfo("ip", arguments) { RedirectStandardError = true, UseShellExecute = false })!;
        var complaint = await ip.StandardError.ReadToEndAsync();
        await ip.WaitForExitAsync();
        Assert.True(ip.ExitCode == 0, $"ip {arguments}: {complaint}");
    }
}

/// <summary>Skipped where no network namespaces can be made, or no PostgreSQL server is named.</summary>
internal sealed class PartitionFactAttribute : FactAttribute
{
    public PartitionFactAttribute() => Skip = Needs.PostgreSql ?? Needs.NetworkNamespaces;
}
