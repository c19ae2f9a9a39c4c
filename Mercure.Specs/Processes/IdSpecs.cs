using Mercure.Specs.Journals;
using Xunit;

namespace Mercure.Specs.Processes;

/// <summary>What a <c>Last-Event-ID</c> resolves to: unknown ids, publishers' own, a lost index, a restored backup.</summary>
public sealed class IdSpecs
{
    private const string Topic = "https://example.com/ids";

    private static readonly TimeSpan Timeout = Eventually.Patience;

    public static TheoryData<TestDatabase> Databases => TestJournal.Durable;

    [Theory]
    [MemberData(nameof(Databases))]
    public async Task Should_replay_nothing_after_an_unknown_id_and_go_live(TestDatabase database)
    {
        await using var setup = await HubSetup.CreateAsync(database);
        await using var hub = await HubProcess.StartAsync(setup);
        using var publisher = new Publisher(setup.Hub);
        var id = await publisher.PublishAsync(Topic, "old");
        var nearly = id[..^1] + (id[^1] == '0' ? '1' : '0');

        foreach (var (number, unknown) in new[] { "unknown", Guid.NewGuid().ToString(), nearly, $"urn:uuid:{id}", id.ToUpperInvariant(), "*", new string('x', 4000) }.Index())
            await ReplaysAsync(setup, publisher, unknown, [], $"live {number}");
    }

    [Theory]
    [MemberData(nameof(Databases))]
    public async Task Should_resolve_an_id_used_twice_to_its_earliest_update(TestDatabase database)
    {
        await using var setup = await HubSetup.CreateAsync(database, ("HISTORY_SIZE", "6"));
        await using var hub = await HubProcess.StartAsync(setup);
        using var publisher = new Publisher(setup.Hub);
        await publisher.PublishAsync(Topic, "1", "urn:twice");
        await publisher.PublishAsync(Topic, "2");
        await publisher.PublishAsync(Topic, "3", "urn:twice");
        await publisher.PublishAsync(Topic, "4");

        await ReplaysAsync(setup, publisher, "urn:twice", ["2", "3", "4"], "5");
        await ReplaysAsync(setup, publisher, "urn:twice", ["2", "3", "4", "5"], "6");
        // The history is six updates: now the first of the two is no longer in it.
        await publisher.PublishAsync(Topic, "7");
        await ReplaysAsync(setup, publisher, "urn:twice", ["4", "5", "6", "7"], "8");
    }

    [Fact]
    public async Task Should_build_the_index_anew_when_its_file_is_lost()
    {
        await using var setup = await HubSetup.CreateAsync(TestDatabase.Sqlite);
        using var publisher = new Publisher(setup.Hub);
        await using (var hub = await HubProcess.StartAsync(setup))
        {
            for (var i = 0; i < 50; i++)
                await publisher.PublishAsync(Topic, $"{i}", $"urn:own:{i}");
            await hub.KillAsync();
        }

        foreach (var file in Directory.GetFiles(setup.Directory, "updates.db.ids*"))
            File.Delete(file);

        await using (await HubProcess.StartAsync(setup))
            await ReplaysAsync(setup, publisher, "urn:own:46", ["47", "48", "49"], "live");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Should_not_know_the_ids_of_updates_that_a_restored_backup_lost(bool restoresSnapshots)
    {
        await using var setup = await HubSetup.CreateAsync(TestDatabase.Sqlite);
        using var publisher = new Publisher(setup.Hub);
        var backup = Directory.CreateDirectory(Path.Combine(setup.Directory, "backup")).FullName;
        string kept;
        await using (var hub = await HubProcess.StartAsync(setup))
        {
            kept = await publisher.PublishAsync(Topic, "kept");
            await publisher.PublishAsync(Topic, "also kept", "urn:kept");
            hub.Send(Signal.Terminate);
            await hub.ExitAsync(Timeout);
        }

        Copy(setup.Directory, backup, "updates.db*");
        var lost = new List<string>();
        await using (var hub = await HubProcess.StartAsync(setup))
        {
            // Enough rows for a snapshot that is newer than the backup.
            for (var i = 0; i < 1200; i++)
                lost.Add(await publisher.PublishAsync(Topic, "lost", i % 2 == 0 ? null : $"urn:lost:{i}"));
            hub.Send(Signal.Terminate);
            await hub.ExitAsync(Timeout);
        }

        foreach (var file in Directory.GetFiles(setup.Directory, restoresSnapshots ? "updates.db*" : "updates.db"))
            File.Delete(file);
        Copy(backup, setup.Directory, restoresSnapshots ? "updates.db*" : "updates.db");

        await using (await HubProcess.StartAsync(setup))
        {
            await publisher.PublishAsync(Topic, "new 1");
            await publisher.PublishAsync(Topic, "new 2", "urn:lost:1");
            await ReplaysAsync(setup, publisher, lost[0], [], "new 3");
            await ReplaysAsync(setup, publisher, lost[2], [], "new 4");
            await ReplaysAsync(setup, publisher, "urn:lost:3", [], "new 5");
            // Published again since: the new one counts.
            await ReplaysAsync(setup, publisher, "urn:lost:1", ["new 3", "new 4", "new 5"], "new 6");
            await ReplaysAsync(setup, publisher, "urn:kept", ["new 1", "new 2", "new 3", "new 4", "new 5", "new 6"], "new 7");
            await ReplaysAsync(setup, publisher, kept, ["also kept", "new 1", "new 2", "new 3", "new 4", "new 5", "new 6", "new 7"], "new 8");
        }
    }

    private static void Copy(string from, string to, string pattern)
    {
        foreach (var file in Directory.GetFiles(from, pattern))
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
    }

    /// <summary>A stream after this id gets these updates, and then the next one that is published.</summary>
    private static async Task ReplaysAsync(HubSetup setup, Publisher publisher, string after, IEnumerable<string> expected, string next)
    {
        await using var stream = await SseClient.OpenAsync(setup.Hub, Topic, after);
        await publisher.PublishAsync(Topic, next);
        await stream.ReceivesAsync(next, Timeout);
        Assert.Equal([.. expected, next], stream.Events.Select(received => received.Data));
    }
}
