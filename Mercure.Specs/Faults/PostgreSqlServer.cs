using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Mercure.Specs.Journals;
using Mercure.Specs.Processes;
using Xunit;

namespace Mercure.Specs.Faults;

/// <summary>A PostgreSQL of the spec's own, to be stopped and frozen. As root it runs as the user <c>postgres</c>.</summary>
internal sealed class PostgreSqlServer : IAsyncDisposable
{
    /// <summary>Why there is none here; null when there is.</summary>
    public static readonly string? Unavailable =
        TestJournal.PostgreSqlServer is null ? "MERCURE_SPECS_POSTGRESQL is not set" : Programs is null ? "PostgreSQL's programs are not installed" : null;

    private readonly string _directory = System.IO.Directory.CreateTempSubdirectory("mercure-specs-postgresql-").FullName;
    private readonly int _port;

    private PostgreSqlServer()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _port = ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    public string ConnectionString => $"Host=127.0.0.1;Port={_port};Username=specs;Database=postgres";

    private string Data => Path.Combine(_directory, "data");

    private static string? Programs =>
        System.IO.Directory.Exists("/usr/lib/postgresql")
            ? System.IO.Directory.GetDirectories("/usr/lib/postgresql").Select(version => Path.Combine(version, "bin")).LastOrDefault(bin => File.Exists(Path.Combine(bin, "initdb")))
            : null;

    public static async Task<PostgreSqlServer> StartedAsync()
    {
        var server = new PostgreSqlServer();
        if (System.Environment.IsPrivilegedProcess)
            await RunAsync("chown", "postgres", server._directory);
        await AsPostgresAsync("initdb", "-D", server.Data, "-U", "specs", "--auth=trust", "-E", "UTF8", "--no-locale", "--no-sync");
        await server.StartAsync();
        return server;
    }

    public Task StartAsync() => AsPostgresAsync(
        "pg_ctl", "-D", Data, "-w", "-s", "-l", Path.Combine(_directory, "log"), "-o", $"-p {_port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=''", "start");

    /// <summary>As a crash would.</summary>
    public Task StopAsync() => AsPostgresAsync("pg_ctl", "-D", Data, "-m", "immediate", "-w", "-s", "stop");

    /// <summary>Its processes neither work nor end: connections stay open, and nothing is answered.</summary>
    public void Freeze() => Send(Signal.Stop);

    public void Thaw() => Send(Signal.Continue);

    public async ValueTask DisposeAsync()
    {
        if (File.Exists(Path.Combine(Data, "postmaster.pid")))
        {
            Thaw();
            await StopAsync();
        }

        System.IO.Directory.Delete(_directory, recursive: true);
    }

    private void Send(Signal signal)
    {
        var parent = int.Parse(File.ReadLines(Path.Combine(Data, "postmaster.pid")).First(), CultureInfo.InvariantCulture);
        // The parent first: it would start what is missing.
        Signals.Send(parent, signal);
        foreach (var child in ChildrenOf(parent))
            Signals.Send(child, signal);
    }

    private static IEnumerable<int> ChildrenOf(int parent) =>
        File.ReadAllText($"/proc/{parent}/task/{parent}/children")
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(child => int.Parse(child, CultureInfo.InvariantCulture));

    private static Task AsPostgresAsync(string program, params string[] arguments)
    {
        var path = Path.Combine(Programs!, program);
        return System.Environment.IsPrivilegedProcess ? RunAsync("runuser", ["-u", "postgres", "--", path, .. arguments]) : RunAsync(path, arguments);
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        // No pipes: the server inherits them and would keep them open.
        using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "exec \"$@\" > /dev/null 2>&1", "sh", program, .. arguments])
        {
            UseShellExecute = false,
            WorkingDirectory = "/",
        })!;
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}.");
    }
}

/// <summary>Skipped where no server can be started.</summary>
internal sealed class PostgreSqlServerFactAttribute : FactAttribute
{
    public PostgreSqlServerFactAttribute() => Skip = PostgreSqlServer.Unavailable;
}
