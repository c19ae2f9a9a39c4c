using System.Globalization;
using Mercure.Specs.Processes;
using MySqlConnector;

namespace Mercure.Specs.Faults;

/// <inheritdoc cref="DatabaseServer"/>
internal sealed class MariaDbServer(int port) : DatabaseServer("mariadb", "mysql", port)
{
    public const string Program = "/usr/sbin/mariadbd";

    private static readonly TimeSpan Timeout = Eventually.Patience;

    public override string ConnectionString => $"Server=127.0.0.1;Port={Port};User ID=root;Database=test";

    protected override string PidFile => Path.Combine(Root, "pid");

    public override async Task StartAsync()
    {
        await AsUserAsync(
            "/bin/sh", "-c", "\"$@\" &", "sh", Program, "--no-defaults", $"--datadir={Data}", $"--socket={Root}/socket", $"--pid-file={PidFile}",
            $"--log-error={Root}/log", "--bind-address=127.0.0.1", $"--port={Port}");
        await Eventually.IsTrueAsync(AnswersAsync, Timeout, () => $"MariaDB answers.\n{(File.Exists($"{Root}/log") ? File.ReadAllText($"{Root}/log") : "")}");
    }

    public override async Task StopAsync()
    {
        var process = int.Parse(File.ReadLines(PidFile).First(), CultureInfo.InvariantCulture);
        Signals.Send(process, Signal.Kill);
        await Eventually.IsTrueAsync(() => !IsAlive(process), Timeout, () => "MariaDB is gone.");
        File.Delete(PidFile);
    }

    protected override Task InstallAsync() =>
        AsUserAsync("mariadb-install-db", "--no-defaults", $"--datadir={Data}", "--auth-root-authentication-method=normal");

    private async Task<bool> AnswersAsync()
    {
        try
        {
            await using var connection = new MySqlConnection($"{ConnectionString};Pooling=False;Connection Timeout=1");
            await connection.OpenAsync();
            return File.Exists(PidFile);
        }
        catch (MySqlException)
        {
            return false;
        }
    }

    /// <summary>A zombie, which nobody has waited for, is none.</summary>
    private static bool IsAlive(int process)
    {
        try
        {
            return !File.ReadAllText($"/proc/{process}/stat").Contains(") Z ", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }
}
