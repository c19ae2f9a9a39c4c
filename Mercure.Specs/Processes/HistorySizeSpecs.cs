using Mercure.Specs.Journals;
using Xunit;

namespace Mercure.Specs.Processes;

/// <summary><c>HISTORY_SIZE</c> is exact for readers, before and after a restart, however eagerly rows are deleted.</summary>
public sealed class HistorySizeSpecs
{
    private const string Topic = "https://example.com/history";
    private const int Size = 5;

    private static readonly TimeSpan Timeout = Eventually.Patience;

    public static TheoryData<TestDatabase> Databases => TestJournal.Durable;

    /// <summary>Rows are deleted as soon as they may be.</summary>
    [Theory]
    [MemberData(nameof(Databases))]
    public Task Should_reach_exactly_the_newest_updates_also_after_a_restart(TestDatabase database) => ReachesAsync(database, cleanupFrequency: "1");

    [Fact]
    public Task Should_reach_exactly_the_newest_updates_when_no_row_is_deleted() => ReachesAsync(TestDatabase.Sqlite, cleanupFrequency: "0");

    [Theory]
    [Trait("Category", "Long")]
    [MemberData(nameof(Databases))]
    public Task Should_reach_exactly_the_newest_updates_when_no_row_is_deleted_on_every_database(TestDatabase database) =>
        ReachesAsync(database, cleanupFrequency: "0");

    private static async Task ReachesAsync(TestDatabase database, string cleanupFrequency)
    {
        await using var setup = await HubSetup.CreateAsync(database, ("HISTORY_SIZE", $"{Size}"), ("HISTORY_CLEANUP_FREQUENCY", cleanupFrequency));
        var published = new List<SseEvent>();
        await using (var hub = await HubProcess.StartAsync(setup))
        {
            await PublishAsync(setup, published, 12);
            await ReachesExactlyTheNewestAsync(setup, published);
            await hub.KillAsync();
        }

        await using (await HubProcess.StartAsync(setup))
        {
            await ReachesExactlyTheNewestAsync(setup, published);
            await PublishAsync(setup, published, 3);
            await ReachesExactlyTheNewestAsync(setup, published);
        }
    }

    /// <summary>Opens a stream after each update; what follows one that counts, and nothing else, comes before the next update.</summary>
    private static async Task ReachesExactlyTheNewestAsync(HubSetup setup, List<SseEvent> published)
    {
        var oldest = published.Count - Size;
        var streams = new List<SseClient>();
        foreach (var update in published)
            streams.Add(await SseClient.OpenAsync(setup.Hub, Topic, update.Id));

        await PublishAsync(setup, published, 1);
        foreach (var (number, stream) in streams.Index())
        {
            await stream.ReceivesAsync(published[^1].Data, Timeout);
            Assert.Equal(number < oldest ? published[^1..] : published[(number + 1)..], stream.Events);
            await stream.DisposeAsync();
        }
    }

    private static async Task PublishAsync(HubSetup setup, List<SseEvent> published, int count)
    {
        using var publisher = new Publisher(setup.Hub);
        for (var i = 0; i < count; i++)
        {
            var data = $"update {published.Count}";
            var id = published.Count % 3 == 0 ? $"urn:own:{published.Count}" : null;
            published.Add(new SseEvent(await publisher.PublishAsync(Topic, data, id), data));
        }
    }
}
