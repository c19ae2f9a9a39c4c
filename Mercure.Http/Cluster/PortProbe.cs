using System.Net.Sockets;
using Akka.Actor;

namespace Mercure.Http.Cluster;

/// <summary>Whether a process listens where a node did.</summary>
internal static class PortProbe
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// True only when the host itself says that nobody listens. A host that is silent or unreachable proves nothing, and a
    /// frozen process does not refuse: the kernel accepts for it.
    /// </summary>
    public static async Task<bool> IsRefusedAsync(Address node)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        using var late = new CancellationTokenSource(Timeout);
        try
        {
            await socket.ConnectAsync(node.Host!, node.Port!.Value, late.Token);
            return false;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode == SocketError.ConnectionRefused;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
