using System.Net;
using Mercure.Specs.Journals;
using Mercure.Specs.Processes;
using Microsoft.Data.Sqlite;
using Xunit;
using Xunit.Abstractions;

namespace Mercure.Specs.Faults;

/// <summary>The disk is full, or somebody else holds the file.</summary>
public sealed class SqliteFaultSpecs(ITestOutputHelper output)
{
    private static readonly TimeSpan Timeout = Eventually.Patience;

    [TmpfsFact]
    public async Task Should_survive_a_full_disk()
    {
        using var disk = new Tmpfs(megabytes: 16);
        await using var setup = new HubSetup(TestJournal.Sqlite(disk.Directory), Outage.PublishTimeout);
        await using var hub = await HubProcess.StartAsync(setup);

        await Outage.IsSurvivedAsync(
            hub,
            begin: () => Task.Run(disk.Fill),
            end: () => Task.Run(disk.MakeRoom),
            output,
            size: 50_000);
    }

    /// <summary>The disk fills while batches are being written, so that one of them meets its end half-way.</summary>
    [TmpfsFact]
    public async Task Should_keep_what_it_acknowledged_when_the_disk_fills_under_load()
    {
        using var disk = new Tmpfs(megabytes: 16);
        await using var setup = new HubSetup(TestJournal.Sqlite(disk.Directory), Outage.PublishTimeout);
        await using var hub = await HubProcess.StartAsync(setup);
        await using var run = new LoadRun(setup);
        await run.BeginAsync();
        for (var round = 0; round < 3; round++)
        {
            await run.MoreAsync(200);
            disk.Fill();
            await hub.HealthIsAsync(HttpStatusCode.ServiceUnavailable, Timeout);
            disk.MakeRoom();
            await hub.IsHealthyAsync(Timeout);
        }

        await run.MoreAsync(50);
        await run.CheckAsync();
        output.WriteLine($"{run.Acknowledged} acknowledged, {run.Unknown} not");
    }

    [Fact]
    public async Task Should_survive_that_somebody_locks_the_file()
    {
        await using var setup = await HubSetup.CreateAsync(TestDatabase.Sqlite, Outage.PublishTimeout);
        await using var hub = await HubProcess.StartAsync(setup);
        await using var other = new SqliteConnection($"Data Source={setup.File};Pooling=False");
        await other.OpenAsync();

        await Outage.IsSurvivedAsync(
            hub,
            begin: () => ExecuteAsync(other, "BEGIN EXCLUSIVE"),
            end: () => ExecuteAsync(other, "ROLLBACK"),
            output);
    }

    private static async Task ExecuteAsync(SqliteConnection connection, string statement)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = statement;
        await command.ExecuteNonQueryAsync();
    }
}
