using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Connections.Features;

namespace Mercure.Http.Streams;

/// <summary>
/// What the system knows of the connection behind a stream. Linux says when the client last acknowledged anything; TCP_USER_TIMEOUT
/// would be simpler, but it also ends connections to clients that acknowledge and don't read (<c>tcp_probe_timer</c>).
/// </summary>
internal static class ClientSocket
{
    private const int ProtocolTcp = 6;
    private const int TcpInfo = 11;

    // A connection without heartbeats: two minutes until it is found dead
    private const int KeepAliveSeconds = 60;
    private const int KeepAliveInterval = 20;
    private const int KeepAliveProbes = 3;

    /// <summary>For <see cref="Actors.Subscribers.Subscription.Silence"/>; null where the system or the web server can't say.</summary>
    /// <param name="context">Of the stream.</param>
    /// <param name="keepAlive">Whether TCP checks the connection while nothing is sent.</param>
    public static Func<TimeSpan?>? Watch(HttpContext context, bool keepAlive)
    {
        if (context.Features.Get<IConnectionSocketFeature>()?.Socket is not { ProtocolType: ProtocolType.Tcp } socket)
            return null;
        if (keepAlive)
            KeepAlive(socket);
        return OperatingSystem.IsLinux() ? socket.Silence : null;
    }

    /// <summary>How long ago the last acknowledgement came, if something that was sent after it awaits one; null if not.</summary>
    private static TimeSpan? Silence(this Socket socket)
    {
        var info = default(TcpInfoHead);
        try
        {
            socket.GetRawSocketOption(ProtocolTcp, TcpInfo, MemoryMarshal.AsBytes(new Span<TcpInfoHead>(ref info)));
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Closed: the web server says so itself
            return null;
        }

        // A client that does not read is asked by probes, which hold no data, for room
        var isAwaited = info.Probes > 0 || (info.Unacknowledged > 0 && info.LastDataSent < info.LastAckReceived);
        return isAwaited ? TimeSpan.FromMilliseconds(info.LastAckReceived) : null;
    }

    private static void KeepAlive(Socket socket)
    {
        try
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, KeepAliveSeconds);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, KeepAliveInterval);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, KeepAliveProbes);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Closed, or a system that lets nobody choose the times: its own count
        }
    }

    /// <summary>The beginning of <c>struct tcp_info</c> (linux/tcp.h), which only grows at its end. Times in milliseconds.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 60)]
    private struct TcpInfoHead
    {
        /// <summary>Probes of a closed window that no answer has come to.</summary>
        [FieldOffset(3)]
        public byte Probes;

        /// <summary>Segments in flight.</summary>
        [FieldOffset(24)]
        public uint Unacknowledged;

        /// <summary>Since data was sent, again or for the first time.</summary>
        [FieldOffset(44)]
        public uint LastDataSent;

        [FieldOffset(56)]
        public uint LastAckReceived;
    }
}
