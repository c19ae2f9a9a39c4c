using System.Security.Cryptography;
using Mercure.Specs.Journals;
using Mercure.Specs.Processes;
using Xunit;

namespace Mercure.Specs.Faults;

/// <summary>A journal's file that can't be used stops the start with one line, and is left as it was.</summary>
[Collection(ProcessesCollection.Name)]
public sealed class RefusalSpecs
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Should_refuse_a_bbolt_database_and_leave_it_alone()
    {
        await using var setup = await HubSetup.CreateAsync(TestDatabase.Sqlite);
        var bolt = new byte[16 * 4096];
        RandomNumberGenerator.Fill(bolt);
        new byte[] { 0xED, 0xDA, 0x0C, 0xED }.CopyTo(bolt, 16);
        await File.WriteAllBytesAsync(setup.File, bolt);

        Assert.Contains("bbolt", await RefusalAsync(setup), StringComparison.Ordinal);

        Assert.Equal(bolt, await File.ReadAllBytesAsync(setup.File));
        Assert.Equal([setup.File], Directory.GetFileSystemEntries(setup.Directory));
    }

    [Fact]
    public async Task Should_refuse_a_file_of_another_kind_and_leave_it_alone()
    {
        await using var setup = await HubSetup.CreateAsync(TestDatabase.Sqlite);
        await File.WriteAllTextAsync(setup.File, "Dear diary, today I met a hub that would write into anything.");

        Assert.Contains("updates.db", await RefusalAsync(setup), StringComparison.Ordinal);

        Assert.StartsWith("Dear diary", await File.ReadAllTextAsync(setup.File), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Should_refuse_a_file_that_another_hub_uses()
    {
        await using var setup = await HubSetup.CreateAsync(TestDatabase.Sqlite);
        await using var hub = await HubProcess.StartAsync(setup);
        await using var second = new HubSetup(TestJournal.Sqlite(), ("DB_PATH", setup.File));

        Assert.Contains("another hub", await RefusalAsync(second), StringComparison.Ordinal);

        using var publisher = new Publisher(setup.Hub);
        await publisher.PublishAsync("https://example.com/first", "still here");
    }

    [TmpfsFact]
    public async Task Should_refuse_a_file_that_it_may_not_write()
    {
        using var disk = new Tmpfs(megabytes: 16);
        await using var setup = new HubSetup(TestJournal.Sqlite(), ("DB_PATH", Path.Combine(disk.Directory, "updates.db")));
        await using (var hub = await HubProcess.StartAsync(setup))
            await hub.KillAsync();
        disk.MakeReadOnly();

        Assert.Contains("updates.db", await RefusalAsync(setup), StringComparison.Ordinal);
    }

    /// <summary>The one line with which it ends.</summary>
    private static async Task<string> RefusalAsync(HubSetup setup)
    {
        await using var hub = HubProcess.Launch(setup);
        Assert.Equal(1, await hub.ExitAsync(Timeout));
        var line = Assert.Single(hub.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        Assert.StartsWith("mercure: ", line, StringComparison.Ordinal);
        return line;
    }
}
