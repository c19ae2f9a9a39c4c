using Mercure.Specs.Journals;
using Mercure.Specs.Processes;
using Microsoft.Data.Sqlite;
using Xunit;
using Xunit.Abstractions;

namespace Mercure.Specs.Faults;

/// <summary>The disk is full, or somebody else holds the file.</summary>
[Collection(ProcessesCollection.Name)]
public sealed class SqliteFaultSpecs(ITestOutputHelper output)
{
    [TmpfsFact]
    public async Task Should_survive_a_full_disk()
    {
        using var disk = new Tmpfs(megabytes: 16);
        await using var setup = new HubSetup(TestJournal.Sqlite(disk.Directory));
        await using var hub = await HubProcess.StartAsync(setup);

        await Outage.IsSurvivedAsync(
            hub,
            begin: () => Task.Run(disk.Fill),
            end: () => Task.Run(disk.MakeRoom),
            output,
            size: 50_000);
    }

    [Fact]
    public async Task Should_survive_that_somebody_locks_the_file()
    {
        await using var setup = await HubSetup.CreateAsync(TestDatabase.Sqlite);
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
