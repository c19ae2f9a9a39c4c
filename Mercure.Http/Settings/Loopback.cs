using System.Net;

namespace Mercure.Http.Settings;

/// <summary>Whether a host of the settings is this machine alone.</summary>
internal static class Loopback
{
    /// <summary>Names other than <c>localhost</c> are not looked up.</summary>
    public static bool IsLoopback(string host) =>
        IPAddress.TryParse(host.Trim('[', ']'), out var address)
            ? IPAddress.IsLoopback(address)
            : host.Equals("localhost", StringComparison.OrdinalIgnoreCase);
}
