using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Mercure.Specs.Journals;
using Mercure.Specs.Processes;
using Mercure.Specs.Settings;
using Xunit;

namespace Mercure.Specs.Faults;

/// <summary>A database server of the spec's own, to be stopped and frozen. As root it runs as the user that its package made.</summary>
internal abstract class DatabaseServer : IAsyncDisposable
{
    /// <summary>Of each kind, the data directory of the first server as it was installed: the others have copies.</summary>
    private static readonly ConcurrentDictionary<string, Lazy<Task<string>>> Installed = new(StringComparer.Ordinal);

    private readonly string _user;

    protected DatabaseServer(string name, string user, int port)
    {
        _user = user;
        Root = Directory.CreateTempSubdirectory($"mercure-specs-{name}-").FullName;
        Port = port;
    }

    /// <summary>The servers that can be started here.</summary>
    public static IReadOnlyList<TestDatabase> Startable =>
        [.. new[] { (Needs.PostgreSqlPrograms, TestDatabase.PostgreSql), (Needs.MariaDbPrograms, TestDatabase.MariaDb) }
            .Where(server => server.Item1 is null)
            .Select(server => server.Item2)];

    public abstract string ConnectionString { get; }

    protected string Root { get; }

    protected int Port { get; }

    protected string Data => Path.Combine(Root, "data");

    protected abstract string PidFile { get; }

    public static Task<DatabaseServer> StartedAsync(TestDatabase database) => FreePort.StartAsync(async port =>
    {
        DatabaseServer server = database == TestDatabase.PostgreSql ? new PostgreSqlServer(port) : new MariaDbServer(port);
        try
        {
            await server.PrepareAsync();
            await server.StartAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    });

    /// <summary>Again on the same data.</summary>
    public abstract Task StartAsync();

    /// <summary>As a crash would.</summary>
    public abstract Task StopAsync();

    /// <summary>Its processes neither work nor end: connections stay open, and nothing is answered.</summary>
    public void Freeze() => Send(Signal.Stop);

    public void Thaw() => Send(Signal.Continue);

    public async ValueTask DisposeAsync()
    {
        if (File.Exists(PidFile))
        {
            Thaw();
            await StopAsync();
        }

        Directory.Delete(Root, recursive: true);
    }

    /// <summary>The data directory's first contents.</summary>
    protected abstract Task InstallAsync();

    protected Task AsUserAsync(string program, params string[] arguments) =>
        Environment.IsPrivilegedProcess ? RunAsync("runuser", ["-u", _user, "--", program, .. arguments]) : RunAsync(program, arguments);

    /// <summary>To the server's main process and its children.</summary>
    protected void Send(Signal signal)
    {
        var parent = int.Parse(File.ReadLines(PidFile).First(), CultureInfo.InvariantCulture);
        // The parent first: it would start what is missing.
        Signals.Send(parent, signal);
        if (!File.Exists($"/proc/{parent}/task/{parent}/children"))
            return;

        foreach (var child in File.ReadAllText($"/proc/{parent}/task/{parent}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries))
            Signals.Send(int.Parse(child, CultureInfo.InvariantCulture), signal);
    }

    private async Task PrepareAsync()
    {
        if (Environment.IsPrivilegedProcess)
            await RunAsync("chown", _user, Root);
        var installed = await Installed.GetOrAdd(_user, _ => new Lazy<Task<string>>(InstallOnceAsync)).Value;
        await RunAsync("cp", "-a", installed, Data);
    }

    private async Task<string> InstallOnceAsync()
    {
        await InstallAsync();
        var kept = Directory.CreateTempSubdirectory($"mercure-specs-{_user}-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(kept, recursive: true);
        var installed = Path.Combine(kept, "data");
        await RunAsync("mv", Data, installed);
        return installed;
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

/// <summary>Skipped where no server can be started; otherwise on each that <see cref="DatabaseServer.Startable"/> names.</summary>
internal sealed class DatabaseServerTheoryAttribute : TheoryAttribute
{
    public DatabaseServerTheoryAttribute() => Skip = Needs.AnyServerPrograms;
}
