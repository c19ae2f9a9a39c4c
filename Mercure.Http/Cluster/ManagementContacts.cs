using System.Globalization;
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

    private async Task<IReadOnlyList<Address>> AskAsync((string Host, int Port) contact, CancellationToken cancellation)
    {
        try
        {
            var host = contact.Host.Contains(':', StringComparison.Ordinal) ? $"[{contact.Host}]" : contact.Host;
            var url = string.Create(CultureInfo.InvariantCulture, $"http://{host}:{contact.Port}/bootstrap/seed-nodes");
            using var answer = await JsonDocument.ParseAsync(await _client.GetStreamAsync(new Uri(url), cancellation), cancellationToken: cancellation);
            return [.. answer.RootElement.GetProperty("seedNodes").EnumerateArray().Select(node => Address.Parse(node.GetProperty("node").GetString()!))];
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or JsonException or KeyNotFoundException or UriFormatException)
        {
            return [];
        }
    }
}
