using System.Net;

namespace Mercure.Http.Hosting;

/// <summary>Whose forwarded headers are believed.</summary>
internal sealed class TrustedNetworks
{
    private readonly bool _everyone;
    private readonly IPNetwork[] _networks;

    public TrustedNetworks(IReadOnlyList<string> networks)
    {
        _everyone = networks.Contains("*", StringComparer.Ordinal);
        _networks = [.. networks.Where(static text => text != "*").Select(Parse)];
    }

    /// <summary>An IPv4 address that a socket for both families shows as <c>::ffff:10.0.0.1</c> counts as what it is.</summary>
    public bool Contains(IPAddress? address)
    {
        if (_everyone)
            return true;
        if (address is null)
            return false;
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return Array.Exists(_networks, network => network.Contains(plain));
    }

    private static IPNetwork Parse(string text)
    {
        if (IPNetwork.TryParse(text, out var network))
            return network;
        var address = IPAddress.Parse(text);
        return new IPNetwork(address, address.GetAddressBytes().Length * 8);
    }
}
