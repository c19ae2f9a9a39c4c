using Mercure.Actors.Hosting;
using Mercure.Journal;
using Mercure.Specs.Core;
using Mercure.Specs.Processes;
using Xunit;

namespace Mercure.Specs.Journals;

/// <summary>Rows far beyond the history and the reserve are deleted in the end, and nothing that readers may need.</summary>
public sealed class TrimSpecs : IDisposable
{
    private const string Topic = "https://example.com/trimmed";
    private const int Published = 300;

    /// <summary>Reserve, eager slack (100) and the rows that the writer adds for itself.</summary>
    private const int Kept = 150;

    private static readonly HubOptions Options = new() { HistorySize = 5, CleanupFrequency = 1, ReserveUpdates = 20 };

    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    public static TheoryData<TestDatabase> Databases => TestJournal.Durable;

    [Theory]
    [MemberData(nameof(Databases))]
    public async Task Should_delete_rows_and_stay_exact_over_a_restart(TestDatabase database)
    {
        await using var journal = await TestJournal.CreateAsync(database);
        var ids = new List<string>();
        await using (var hub = await CoreHub.StartAsync(journal.Options, Options))
        {
            await PublishAsync(hub, ids);
            await Eventually.IsTrueAsync(() => IsTrimmedAsync(hub));
            await ReachesTheNewestAsync(hub, ids);
        }

        await using (var hub = await CoreHub.StartAsync(journal.Options, Options))
        {
            await ReachesTheNewestAsync(hub, ids);
            await PublishAsync(hub, ids);
            await Eventually.IsTrueAsync(() => IsTrimmedAsync(hub));
            await ReachesTheNewestAsync(hub, ids);
        }
    }

    [Fact]
    public async Task Should_bound_a_journal_in_memory()
    {
        await using var hub = await CoreHub.StartAsync(new JournalOptions { Kind = JournalKind.Memory }, Options);
        var ids = new List<string>();
        for (var round = 0; round < 2; round++)
        {
            await PublishAsync(hub, ids);
            await Eventually.IsTrueAsync(() => IsTrimmedAsync(hub));
        }

        await ReachesTheNewestAsync(hub, ids);
    }

    [Fact]
    public async Task Should_delete_nothing_when_the_clean_up_is_off()
    {
        await using var hub = await CoreHub.StartAsync(_directory.Sqlite, Options with { CleanupFrequency = 0, SnapshotEvery = 50 });
        await PublishAsync(hub, []);

        Assert.True(await RowsAsync(hub) > Published, "A row was deleted.");
    }

    [Fact]
    public async Task Should_recover_a_trimmed_log_without_its_snapshots()
    {
        var ids = new List<string>();
        await using (var hub = await CoreHub.StartAsync(_directory.Sqlite, Options))
        {
            await PublishAsync(hub, ids);
            await Eventually.IsTrueAsync(() => IsTrimmedAsync(hub));
        }

        foreach (var file in Directory.GetFiles(_directory.Path, "updates.db.snapshots*"))
            File.Delete(file);

        await using (var hub = await CoreHub.StartAsync(_directory.Sqlite, Options))
            await ReachesTheNewestAsync(hub, ids);
    }

    /// <summary>One row each; every second one with an id of its own.</summary>
    private static async Task PublishAsync(CoreHub hub, List<string> ids)
    {
        await Eventually.IsTrueAsync(async () => (await hub.Hub.CheckHealthAsync()).IsHealthy);
        for (var i = 0; i < Published; i++)
        {
            var data = $"{ids.Count}";
            var result = await hub.Hub.PublishAsync(CoreHub.UpdateOf(data, ids.Count % 2 == 0 ? null : $"urn:own:{data}", Topic));
            ids.Add(Assert.IsType<Actors.PublishResult.Stored>(result).Id);
        }
    }

    private static async Task<bool> IsTrimmedAsync(CoreHub hub)
    {
        try
        {
            return await RowsAsync(hub) <= Kept;
        }
        catch (InvalidDataException)
        {
            // Rows were deleted between two pieces of the reading
            return false;
        }
    }

    private static async Task<int> RowsAsync(CoreHub hub) => (await hub.Store.ReadAsync(1, long.MaxValue, long.MaxValue)).Count;

    private static async Task ReachesTheNewestAsync(CoreHub hub, List<string> ids)
    {
        for (var back = 1; back <= Options.HistorySize; back++)
        {
            await using var stream = hub.Subscribe(ids[^back], Topic);
            var expected = Enumerable.Range(ids.Count - back + 1, back - 1).Select(number => $"{number}");
            await stream.UntilAsync(events => events.Count == back - 1);
            Assert.Equal(expected, stream.Data);
        }
    }
}
