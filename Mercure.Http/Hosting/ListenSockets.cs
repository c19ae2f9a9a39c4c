using System.Net;
using System.Net.Sockets;
using Mercure.Http.Settings;

namespace Mercure.Http.Hosting;

/// <summary>
/// Binds before anything else starts: a port that is taken stops the hub before it has opened its journal, with one line.
/// Nobody can connect until Kestrel, which gets these sockets, listens on them.
/// </summary>
internal sealed class ListenSockets : IDisposable
{
    private readonly Dictionary<EndPoint, Socket> _sockets;

    private ListenSockets(Dictionary<EndPoint, Socket> sockets) => _sockets = sockets;

    public IEnumerable<IPEndPoint> EndPoints => _sockets.Keys.Cast<IPEndPoint>();

    /// <exception cref="SettingsException">The address can't be listened on.</exception>
    public static ListenSockets Bind(ListenSettings settings)
    {
        var sockets = new Dictionary<EndPoint, Socket>();
        try
        {
            foreach (var address in Addresses(settings.Host))
            {
                var socket = Bind(new IPEndPoint(address, settings.Port));
                sockets.Add(socket.LocalEndPoint!, socket);
            }

            return new ListenSockets(sockets);
        }
        catch (SocketException e)
        {
            foreach (var socket in sockets.Values)
                socket.Dispose();
            throw new SettingsException($"Can't listen on {new ListenAddress(settings.Host, settings.Port)}: {Reason(e.SocketErrorCode)}", e);
        }
    }

    /// <summary>Hands a bound socket over to Kestrel, which closes it.</summary>
    public Socket Take(EndPoint endPoint) => _sockets[endPoint];

    public void Dispose()
    {
        foreach (var socket in _sockets.Values)
            socket.Dispose();
    }

    private static IEnumerable<IPAddress> Addresses(string? host)
    {
        if (host is null)
            return [Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any];
        // Kestrel would take a name for "every interface"
        return IPAddress.TryParse(host, out var address) ? [address] : Dns.GetHostAddresses(host).Distinct();
    }

    private static Socket Bind(IPEndPoint endPoint)
    {
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (endPoint.Address.Equals(IPAddress.IPv6Any))
                socket.DualMode = true;
            socket.Bind(endPoint);
            return socket;
        }
        catch (SocketException)
        {
            socket.Dispose();
            throw;
        }
    }

    private static string Reason(SocketError error) => error switch
    {
        SocketError.AddressAlreadyInUse => "the port is taken by another program; stop it, or set ADDR to another port such as :3000",
        SocketError.AccessDenied => "not permitted, ports below 1024 often aren't; set ADDR to another port such as :3000",
        SocketError.AddressNotAvailable => "this machine does not have the address; set ADDR to one it has, or :3000 for all",
        SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData =>
            "the host name is unknown; set ADDR to an address of this machine, or :3000 for all",
        _ => $"{error}; set ADDR to another address",
    };
}
