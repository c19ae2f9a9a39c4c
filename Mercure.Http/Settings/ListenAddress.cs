using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Mercure.Http.Settings;

/// <summary>An address to listen on as Go writes it: <c>:3000</c>, <c>127.0.0.1:3000</c>, <c>[::1]:3000</c>, <c>:https</c>.</summary>
/// <param name="Host">Null for every interface.</param>
internal readonly record struct ListenAddress(string? Host, int Port)
{
    public static bool TryParse(string text, out ListenAddress address)
    {
        address = default;
        var colon = text.LastIndexOf(':');
        if (colon < 0 || !TryParsePort(text[(colon + 1)..], out var port) || !TryParseHost(text[..colon], out var host))
            return false;
        address = new ListenAddress(host, port);
        return true;
    }

    /// <summary>As it is written in a setting.</summary>
    public override string ToString() => Host?.Contains(':') == true ? $"[{Host}]:{Port}" : $"{Host}:{Port}";

    private static bool TryParsePort(string text, out int port)
    {
        port = text switch { "http" => 80, "https" => 443, _ => -1 };
        return port > 0
            || (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port <= IPEndPoint.MaxPort);
    }

    private static bool TryParseHost(string text, out string? host)
    {
        host = null;
        if (text.Length == 0)
            return true;
        var bracketed = text[0] == '[' && text[^1] == ']';
        host = bracketed ? text[1..^1] : text;
        if (IPAddress.TryParse(host, out var ip))
            return bracketed == (ip.AddressFamily == AddressFamily.InterNetworkV6) && (bracketed || host.Count('.') == 3);
        return !bracketed && Uri.CheckHostName(host) == UriHostNameType.Dns;
    }
}
