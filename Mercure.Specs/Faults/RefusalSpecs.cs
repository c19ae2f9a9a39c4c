using System.Security.Cryptography;
using Mercure.Specs.Journals;
using Mercure.Specs.Processes;
using Microsoft.Data.Sqlite;
using Xunit;

namespace Mercure.Specs.Faults;

/// <summary>A journal's file that can't be used stops the start with one line, and is left as it was.</summary>
public sealed class RefusalSpecs
{
    private static readonly TimeSpan Timeout = Eventually.Patience;

    [Fact]
    public async Task Should_refuse_a_bbolt_database_and_leave_it_alone()
    {
        await using var setup = await HubSetup.CreateAsync(TestDatabase.Sqlite);
        var bolt = new byte[16 * 4096];
        RandomNumberGenerator.Fill(bolt);
        new byte[] { 0xED, 0xDA, 0x0C, 0xED }.CopyTo(bolt, 16);
        await File.WriteAllBytesAsync(setup.File, bolt);

        Assert.Contains("bbolt", await HubProcess.RefusalAsync(setup, Timeout), StringComparison.Ordinal);

        Assert.Equal(bolt, await File.ReadAllBytesAsync(setup.File));
        Assert.Equal([setup.File], Directory.GetFileSystemEntries(setup.Directory));
    }

    [Fact]
    public async Task Should_refuse_a_file_of_another_kind_and_leave_it_alone()
    {
        await using var setup = await HubSetup.CreateAsync(TestDatabase.Sqlite);
        await File.WriteAllTextAsync(setup.File, "Dear diary, today I met a hub that would write into anything.");

        Assert.Contains("updates.db", await HubProcess.RefusalAsync(setup, Timeout), StringComparison.Ordinal);

        Assert.StartsWith("Dear diary", await File.ReadAllTextAsync(setup.File), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("loglevel = LOUD")]
    [InlineData("actor.provider = nonsense")]
    [InlineData("loggers = [nonsense]")]
    public async Task Should_refuse_a_configuration_that_akka_does_not_take(string akka)
    {
        await using var setup = await HubSetup.CreateAsync(TestDatabase.Sqlite);
        setup.Environment["MERCURE_CONFIG"] = Path.Combine(setup.Directory, "mercure.conf");
        await File.WriteAllTextAsync(setup.Environment["MERCURE_CONFIG"], $"akka.{akka}");

        Assert.StartsWith(
            "mercure: akka in the configuration file can't be used: ", await HubProcess.RefusalAsync(setup, Timeout), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Should_refuse_a_file_that_another_hub_uses()
    {
        await using var setup = await HubSetup.CreateAsync(TestDatabase.Sqlite);
        await using var hub = await HubProcess.StartAsync(setup);
        await using var second = new HubSetup(TestJournal.Sqlite(), ("DB_PATH", setup.File));

        Assert.Contains("another hub", await HubProcess.RefusalAsync(second, Timeout), StringComparison.Ordinal);

        using var publisher = new Publisher(setup.Hub);
        await publisher.PublishAsync("https://example.com/first", "still here");
    }

    [Fact]
    public async Task Should_refuse_a_link_to_a_file_that_another_hub_uses()
    {
        await using var setup = await HubSetup.CreateAsync(TestDatabase.Sqlite);
        await using var hub = await HubProcess.StartAsync(setup);
        var link = Path.Combine(setup.Directory, "link.db");
        File.CreateSymbolicLink(link, setup.File);
        await using var second = new HubSetup(TestJournal.Sqlite(), ("DB_PATH", link));

        Assert.Contains("another hub", await HubProcess.RefusalAsync(second, Timeout), StringComparison.Ordinal);
    }

    [TmpfsFact]
    public async Task Should_refuse_a_file_that_it_may_not_write()
    {
        using var disk = new Tmpfs(megabytes: 16);
        await using var setup = new HubSetup(TestJournal.Sqlite(), ("DB_PATH", Path.Combine(disk.Directory, "updates.db")));
        await using (var hub = await HubProcess.StartAsync(setup))
            await hub.KillAsync();
        disk.MakeReadOnly();

        Assert.Contains($"updates.db can't be used: the directory {disk.Directory} is read-only", await HubProcess.RefusalAsync(setup, Timeout), StringComparison.Ordinal);
    }

    /// <summary>As a torn write or a dying disk leaves it. Whatever page was hit, nothing may be written over what is left.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Should_refuse_a_file_whose_last_page_is_damaged(bool byZeros)
    {
        await using var setup = await HubSetup.CreateAsync(TestDatabase.Sqlite);
        using var publisher = new Publisher(setup.Hub);
        await using (var hub = await HubProcess.StartAsync(setup))
        {
            for (var i = 0; i < 300; i++)
                await publisher.PublishAsync("https://example.com/damaged", new string('x', 500));
            hub.Send(Signal.Terminate);
            Assert.Equal(0, await hub.ExitAsync(Timeout));
        }

        await DamageLastPageAsync(setup.File, byZeros);
        var damaged = await File.ReadAllBytesAsync(setup.File);

        Assert.Contains("damaged", await HubProcess.RefusalAsync(setup, Timeout), StringComparison.Ordinal);

        Assert.Equal(damaged, await File.ReadAllBytesAsync(setup.File));
    }

    [Theory]
    [InlineData("snapshots")]
    [InlineData("ids")]
    public async Task Should_say_that_a_damaged_file_beside_the_log_can_be_made_again(string file)
    {
        await using var setup = await HubSetup.CreateAsync(TestDatabase.Sqlite);
        using var publisher = new Publisher(setup.Hub);
        await using (var hub = await HubProcess.StartAsync(setup))
        {
            await publisher.PublishAsync("https://example.com/damaged", "kept", "urn:kept");
            hub.Send(Signal.Terminate);
            Assert.Equal(0, await hub.ExitAsync(Timeout));
        }

        await DamageLastPageAsync($"{setup.File}.{file}", byZeros: false);
        Assert.Contains($"updates.db.{file} is damaged", await HubProcess.RefusalAsync(setup, Timeout), StringComparison.Ordinal);

        File.Delete($"{setup.File}.{file}");
        await using (await HubProcess.StartAsync(setup))
        {
            await publisher.PublishAsync("https://example.com/damaged", "last");
            Assert.Single(await SseClient.ReplayAsync(setup.Hub, "https://example.com/damaged", "urn:kept", "last", Timeout));
        }
    }

    private static async Task DamageLastPageAsync(string path, bool byZeros)
    {
        const int PageSize = 4096;
        // What was committed is in the log beside it until it is put into the file.
        await using (var connection = new SqliteConnection($"Data Source={path};Pooling=False"))
        {
            await connection.OpenAsync();
            await using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA wal_checkpoint(TRUNCATE)";
            await command.ExecuteNonQueryAsync();
        }

        var page = new byte[PageSize];
        if (!byZeros)
            new Random(Seed: 1).NextBytes(page);
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Write);
        file.Seek(-PageSize, SeekOrigin.End);
        await file.WriteAsync(page);
    }
}
