using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Akka.Actor;

namespace Mercure.Http.Cluster;

/// <summary>
/// Asks the management listeners that a look-up finds, as Akka Management's bootstrap does: what each says at
/// <c>/bootstrap/seed-nodes</c>. One that does not answer is no member yet.
/// </summary>
internal sealed class ManagementContacts(Func<CancellationToken, Task<IReadOnlyList<(string Host, int Port)>>> lookUp) : IContactPoints, IDisposable
{
    private readonly HttpClient _client = new() { Timeout = TimeSpan.FromSeconds(1) };

    public async Task<IReadOnlyList<Address>> FindAsync(CancellationToken cancellation)
    {
        var contacts = await lookUp(cancellation);
        var found = await Task.WhenAll(contacts.Select(contact => AskAsync(contact, cancellation)));
        return [.. found.SelectMany(nodes => nodes).Distinct()];
    }

    public void Dispose() => _client.Dispose();

    /// <summary>By address: a listener answers to names only if it knows them. All the addresses of a name are one node's.</summary>
    private async Task<IReadOnlyList<Address>> AskAsync((string Host, int Port) contact, CancellationToken cancellation)
    {
        try
        {
            foreach (var address in await Dns.GetHostAddressesAsync(contact.Host, cancellation))
            {
                if (await AskAsync(new IPEndPoint(address, contact.Port), cancellation) is { Count: > 0 } nodes)
                    return nodes;
            }
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            // Its record is gone, or not there yet.
        }

        return [];
    }

    private async Task<IReadOnlyList<Address>> AskAsync(IPEndPoint listener, CancellationToken cancellation)
    {
        try
        {
            var url = new Uri($"http://{listener}/bootstrap/seed-nodes");
            using var answer = await JsonDocument.ParseAsync(await _client.GetStreamAsync(url, cancellation), cancellationToken: cancellation);
            return [.. answer.RootElement.GetProperty("seedNodes").EnumerateArray().Select(node => Address.Parse(node.GetProperty("node").GetString()!))];
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or JsonException or KeyNotFoundException or UriFormatException)
        {
            return [];
        }
    }
}
