namespace Mercure.Bench;

/// <summary>
/// Publishers' continuations run on the one thread that waits for their sockets: no hop to the pool for each answer. The runtime
/// reads this from the environment, before the first socket.
/// </summary>
internal static class SocketTuning
{
    private const string Inline = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";
    private const string Threads = "DOTNET_SYSTEM_NET_SOCKETS_THREAD_COUNT";

    /// <summary>Not for children: the floor must run as a hub does.</summary>
    public static IReadOnlyList<string> Variables { get; } = [Inline, Threads];

    public static void Apply()
    {
        Environment.SetEnvironmentVariable(Inline, "1");
        Environment.SetEnvironmentVariable(Threads, "1");
    }
}
