using Mercure.Specs.Settings;
using Xunit;

namespace Mercure.Specs.Faults;

/// <inheritdoc cref="DatabaseServer"/>
internal sealed class PostgreSqlServer(int port) : DatabaseServer("postgresql", "postgres", port)
{
    public override string ConnectionString => $"Host=127.0.0.1;Port={Port};Username=specs;Database=postgres";

    protected override string PidFile => Path.Combine(Data, "postmaster.pid");

    /// <summary>Their directory; null if they are not installed.</summary>
    public static string? Programs =>
        Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql").Select(version => Path.Combine(version, "bin")).LastOrDefault(bin => File.Exists(Path.Combine(bin, "initdb")))
            : null;

    public override Task StartAsync() => AsUserAsync(
        Program("pg_ctl"), "-D", Data, "-w", "-s", "-l", Path.Combine(Root, "log"), "-o", $"-p {Port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=''", "start");

    public override Task StopAsync() => AsUserAsync(Program("pg_ctl"), "-D", Data, "-m", "immediate", "-w", "-s", "stop");

    protected override Task InstallAsync() =>
        AsUserAsync(Program("initdb"), "-D", Data, "-U", "specs", "--auth=trust", "-E", "UTF8", "--no-locale", "--no-sync");

    private static string Program(string name) => Path.Combine(Programs!, name);
}

/// <summary>Skipped where no server can be started.</summary>
internal sealed class PostgreSqlServerFactAttribute : FactAttribute
{
    public PostgreSqlServerFactAttribute() => Skip = Needs.PostgreSqlPrograms;
}
