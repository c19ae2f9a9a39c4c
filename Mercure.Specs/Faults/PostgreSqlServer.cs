using Mercure.Specs.Journals;
using Xunit;

namespace Mercure.Specs.Faults;

/// <inheritdoc cref="DatabaseServer"/>
internal sealed class PostgreSqlServer() : DatabaseServer("postgresql", "postgres")
{
    /// <summary>Why there is none here; null when there is.</summary>
    public static readonly string? Unavailable =
        TestJournal.PostgreSqlServer is null ? "MERCURE_SPECS_POSTGRESQL is not set" : Programs is null ? "PostgreSQL's programs are not installed" : null;

    public override string ConnectionString => $"Host=127.0.0.1;Port={Port};Username=specs;Database=postgres";

    protected override string PidFile => Path.Combine(Data, "postmaster.pid");

    private static string? Programs =>
        Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql").Select(version => Path.Combine(version, "bin")).LastOrDefault(bin => File.Exists(Path.Combine(bin, "initdb")))
            : null;

    public static async Task<PostgreSqlServer> StartedAsync()
    {
        var server = new PostgreSqlServer();
        await server.InstallAsync(Program("initdb"), "-D", server.Data, "-U", "specs", "--auth=trust", "-E", "UTF8", "--no-locale", "--no-sync");
        await server.StartAsync();
        return server;
    }

    public override Task StartAsync() => AsUserAsync(
        Program("pg_ctl"), "-D", Data, "-w", "-s", "-l", Path.Combine(Root, "log"), "-o", $"-p {Port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=''", "start");

    public override Task StopAsync() => AsUserAsync(Program("pg_ctl"), "-D", Data, "-m", "immediate", "-w", "-s", "stop");

    private static string Program(string name) => Path.Combine(Programs!, name);
}

/// <summary>Skipped where no server can be started.</summary>
internal sealed class PostgreSqlServerFactAttribute : FactAttribute
{
    public PostgreSqlServerFactAttribute() => Skip = PostgreSqlServer.Unavailable;
}
