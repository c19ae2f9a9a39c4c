using System.Data.Common;
using System.Diagnostics;
using Mercure.Specs.Processes;
using Microsoft.Data.Sqlite;
using Xunit;

namespace Mercure.Specs.Journals;

/// <summary>
/// Backup and restore as <c>docs/operations.md</c> says: taken while the hub runs and is published to, put back with it
/// stopped; what came after it is unknown, not wrong.
/// </summary>
[Collection(ProcessesCollection.Name)]
[Trait("Category", "Long")]
public sealed class BackupSpecs
{
    private const string Topic = "https://example.com/backup";

    private static readonly TimeSpan Timeout = Eventually.Patience;

    public static TheoryData<TestDatabase> Databases => TestJournal.Durable;

    [Theory]
    [MemberData(nameof(Databases))]
    public async Task Should_go_on_from_a_backup_that_was_taken_while_it_ran(TestDatabase database)
    {
        var journal = await TestJournal.CreateAsync(database);
        await using var setup = new HubSetup(journal);
        using var publisher = new Publisher(setup.Hub);
        string kept;
        string lost;
        await using (var hub = await HubProcess.StartAsync(setup))
        {
            kept = await publisher.PublishAsync(Topic, "kept");
            await publisher.PublishAsync(Topic, "also kept", "urn:kept");
            using var stop = new CancellationTokenSource();
            var load = Task.Run(() => PublishAsync(setup.Hub, stop.Token));
            await BackUpAsync(journal);
            await stop.CancelAsync();
            await load;
            lost = await publisher.PublishAsync(Topic, "lost");
            await publisher.PublishAsync(Topic, "lost as well", "urn:lost");
            await hub.KillAsync();
        }

        await RestoreAsync(journal);

        await using (await HubProcess.StartAsync(setup))
        {
            var fresh = await publisher.PublishAsync(Topic, "fresh");
            Assert.NotEqual(lost, fresh);
            Assert.Equal(["last 1"], await AfterAsync(setup, publisher, lost, "last 1"));
            Assert.Equal(["last 2"], await AfterAsync(setup, publisher, "urn:lost", "last 2"));
            Assert.Equal(["fresh", "last 1", "last 2", "last 3"], (await AfterAsync(setup, publisher, "urn:kept", "last 3")).Where(IsNotLoad));
            Assert.Equal(["also kept", "fresh", "last 1", "last 2", "last 3", "last 4"], (await AfterAsync(setup, publisher, kept, "last 4")).Where(IsNotLoad));
        }
    }

    private static bool IsNotLoad(string data) => !data.StartsWith("load", StringComparison.Ordinal);

    private static async Task PublishAsync(Uri hub, CancellationToken stop)
    {
        using var publisher = new Publisher(hub);
        for (var count = 0; !stop.IsCancellationRequested; count++)
            await publisher.PublishAsync(Topic, $"load {count}", count % 2 == 0 ? null : $"urn:load:{count}");
    }

    /// <summary>What a stream after this id gets, up to an update that is published once it is open.</summary>
    private static async Task<IEnumerable<string>> AfterAsync(HubSetup setup, Publisher publisher, string after, string next)
    {
        await using var stream = await SseClient.OpenAsync(setup.Hub, Topic, after);
        await publisher.PublishAsync(Topic, next);
        await stream.ReceivesAsync(next, Timeout);
        return stream.Events.Select(update => update.Data);
    }

    private static string BackupOf(TestJournal journal) => Path.Combine(journal.Directory, "backup");

    private static async Task BackUpAsync(TestJournal journal)
    {
        switch (journal.Kind)
        {
            case TestDatabase.PostgreSql:
                await RunAsync(journal, "pg_dump", "--format=custom", $"--file={BackupOf(journal)}", journal.Database!);
                break;
            case TestDatabase.MariaDb:
                await RunAsync(journal, "mariadb-dump", "--single-transaction", "--hex-blob", $"--result-file={BackupOf(journal)}", journal.Database!);
                break;
            default:
                // What the .backup of sqlite3 does.
                await using (var from = (SqliteConnection)await journal.ConnectAsync())
                await using (var to = new SqliteConnection($"Data Source={BackupOf(journal)};Pooling=False"))
                    from.BackupDatabase(to);
                break;
        }
    }

    private static async Task RestoreAsync(TestJournal journal)
    {
        switch (journal.Kind)
        {
            case TestDatabase.PostgreSql:
                await RunAsync(journal, "pg_restore", "--clean", "--if-exists", "--single-transaction", $"--dbname={journal.Database}", BackupOf(journal));
                break;
            case TestDatabase.MariaDb:
                await RunAsync(journal, "mariadb", journal.Database!, $"--execute=source {BackupOf(journal)}");
                break;
            default:
                foreach (var file in Directory.GetFiles(journal.Directory, "updates.db*"))
                    File.Delete(file);
                File.Copy(BackupOf(journal), journal.File);
                break;
        }
    }

    private static async Task RunAsync(TestJournal journal, string program, params string[] arguments)
    {
        var connection = new DbConnectionStringBuilder { ConnectionString = journal.ConnectionString };
        string[] server = journal.Kind == TestDatabase.PostgreSql
            ? ["--host=127.0.0.1", $"--port={connection["Port"]}", $"--username={connection["Username"]}"]
            : ["--no-defaults", "--protocol=tcp", "--host=127.0.0.1", $"--port={connection["Port"]}", $"--user={connection["User ID"]}"];
        using var process = Process.Start(new ProcessStartInfo(program, [.. server, .. arguments]) { UseShellExecute = false, RedirectStandardError = true })!;
        var error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{program}: {error}");
    }
}
