using System.Net;
using System.Net.Sockets;
using Mercure.Http.Settings;

namespace Mercure.Http.Cluster;

/// <summary>Whether the node can have its ports, before anything is started: a port that is taken stops the start with one line.</summary>
internal static class ClusterPorts
{
    /// <exception cref="SettingsException">One of them can't be listened on.</exception>
    public static void Check(ClusterSettings settings)
    {
        Check("MERCURE_CLUSTER_PORT", settings.BindHost, settings.BindPort);
        Check("MERCURE_CLUSTER_MANAGEMENT_ADDR", settings.ManagementHost ?? "0.0.0.0", settings.ManagementPort);
    }

    private static void Check(string name, string host, int port)
    {
        try
        {
            var address = IPAddress.TryParse(host, out var parsed) ? parsed : Dns.GetHostAddresses(host)[0];
            using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(address, port));
        }
        catch (SocketException e)
        {
            throw new SettingsException($"{name}: can't listen on {host}:{port}: {e.Message}", e);
        }
    }
}
