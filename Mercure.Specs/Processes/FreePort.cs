using System.Net;
using System.Net.Sockets;

namespace Mercure.Specs.Processes;

/// <summary>
/// TCP ports for servers that need one before they start. Below what the kernel gives to sockets that do not ask for a port
/// (net.ipv4.ip_local_port_range begins at 32768), so that no connection takes one before its server does; each is given once.
/// </summary>
internal static class FreePort
{
    private const int First = 11_000;

    private const int Count = 20_000;

    private static int _last = Random.Shared.Next(Count);

    public static int Next()
    {
        for (var attempt = 0; attempt < Count; attempt++)
        {
            var port = First + (int)((uint)Interlocked.Increment(ref _last) % Count);
            if (IsFree(port))
                return port;
        }

        throw new InvalidOperationException($"No port from {First} on is free.");
    }

    private static bool IsFree(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Any, port));
            return true;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            return false;
        }
    }
}
