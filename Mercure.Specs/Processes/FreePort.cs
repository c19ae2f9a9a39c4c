using System.Net;
using System.Net.Sockets;

namespace Mercure.Specs.Processes;

/// <summary>
/// TCP ports for servers that need one before they start. Below what the kernel gives to sockets that do not ask for a port
/// (net.ipv4.ip_local_port_range begins at 32768), so that no connection takes one before its server does; each is given once,
/// to one run of the specs on this machine.
/// </summary>
internal static class FreePort
{
    private const int First = 11_000;

    private const int Count = 20_000;

    private const int Attempts = 3;

    private static readonly string Reservations = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), $"mercure-specs-ports-{Environment.UserName}")).FullName;

    private static readonly List<FileStream> Reserved = [];

    private static int _last = Random.Shared.Next(Count);

    public static int Next()
    {
        for (var attempt = 0; attempt < Count; attempt++)
        {
            var port = First + (int)((uint)Interlocked.Increment(ref _last) % Count);
            if (IsFree(port) && IsReserved(port))
                return port;
        }

        throw new InvalidOperationException($"No port from {First} on is free.");
    }

    /// <summary>Starts a server; on another port if it fails to start and another program has taken its port.</summary>
    public static async Task<T> StartAsync<T>(Func<int, Task<T>> start)
    {
        for (var attempt = 1; ; attempt++)
        {
            var port = Next();
            try
            {
                return await start(port);
            }
            catch (Exception) when (attempt < Attempts && !IsFree(port))
            {
                // Not by this server, which has ended
            }
        }
    }

    public static bool IsFree(int port)
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

    /// <summary>For this process, as long as it lives: the file is locked.</summary>
    private static bool IsReserved(int port)
    {
        try
        {
            var file = new FileStream(
                Path.Combine(Reservations, $"{port}"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1, FileOptions.DeleteOnClose);
            lock (Reserved)
                Reserved.Add(file);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
