using System.Net;
using System.Net.Sockets;
using Akka.Actor;
using Akka.Discovery;
using DnsClient;

namespace Mercure.Http.Cluster;

/// <summary>Finds the management listeners of the nodes by a name.</summary>
internal static class LookUps
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(3);

    /// <summary>SRV records (RFC 2782) of a name that begins with an underscore, the addresses of any other.</summary>
    public static Func<CancellationToken, Task<IReadOnlyList<(string Host, int Port)>>> Dns(string name, int port) =>
        name.StartsWith('_') ? Services(name) : cancellation => AddressesAsync(name, port, cancellation);

    /// <param name="name">Of the SRV records.</param>
    /// <param name="servers">Who is asked; none for those of the system.</param>
    internal static Func<CancellationToken, Task<IReadOnlyList<(string Host, int Port)>>> Services(string name, params IPEndPoint[] servers)
    {
        var options = servers.Length > 0 ? new LookupClientOptions(servers) : new LookupClientOptions();
        options.UseCache = false;
        options.Timeout = Timeout;
        options.ThrowDnsErrors = false;
        var client = new LookupClient(options);
        return async cancellation =>
        {
            var answer = await client.QueryAsync(name, QueryType.SRV, cancellationToken: cancellation);
            return [.. answer.Answers.SrvRecords().Select(record => (record.Target.Value.TrimEnd('.'), (int)record.Port))];
        };
    }

    /// <summary>By the method that <c>akka.discovery</c> names: configuration, an aggregate, or a provider of somebody else.</summary>
    public static Func<CancellationToken, Task<IReadOnlyList<(string Host, int Port)>>> Akka(ActorSystem system, string name, int port) =>
        async _ =>
        {
            var found = await Discovery.Get(system).Default.Lookup(new Lookup(name), Timeout);
            return [.. found.Addresses.Select(target => (target.Host, target.Port ?? port))];
        };

    private static async Task<IReadOnlyList<(string Host, int Port)>> AddressesAsync(string name, int port, CancellationToken cancellation)
    {
        try
        {
            var addresses = await System.Net.Dns.GetHostAddressesAsync(name, cancellation);
            return [.. addresses.Select(address => (address.ToString(), port))];
        }
        catch (SocketException)
        {
            // A headless service has no addresses before its first pod is there.
            return [];
        }
    }
}
