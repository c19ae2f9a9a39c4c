using System.Net.Sockets;
using Akka.Actor;
using Akka.Discovery;
using DnsClient;

namespace Mercure.Http.Cluster;

/// <summary>Finds the management listeners of the nodes by a name.</summary>
internal static class LookUps
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(3);

    /// <summary>SRV records of a name that begins with an underscore, the addresses of any other.</summary>
    public static Func<CancellationToken, Task<IReadOnlyList<(string Host, int Port)>>> Dns(string name, int port)
    {
        if (!name.StartsWith('_'))
            return cancellation => AddressesAsync(name, port, cancellation);

        var client = new LookupClient(new LookupClientOptions { UseCache = false, Timeout = Timeout, ThrowDnsErrors = false });
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
