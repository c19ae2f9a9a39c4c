using System.Diagnostics;
using Mercure.Specs.Journals;
using Mercure.Specs.Processes;
using Npgsql;
using Xunit;
using Xunit.Abstractions;

namespace Mercure.Specs.Clustering;

/// <summary>
/// The node with half of all subscribers dies; they come back on the others with their ids, all at once, and are soon where
/// they would be. The journal's table is read by the page, and not for each client.
/// </summary>
[Collection(ClustersCollection.Name)]
public sealed class StormSpecs(ITestOutputHelper output)
{
    private const string Topic = "https://example.com/storm";
    private const int Missed = 50;

    private static readonly TimeSpan Timeout = Eventually.Patience;

    [ClusterFact]
    public Task Should_bring_on_those_who_come_back() => ComeBackAsync(subscribers: 400, Timeout);

    [ClusterFact]
    [Trait("Category", "Long")]
    public Task Should_bring_on_thousands_who_come_back_within_five_seconds() => ComeBackAsync(subscribers: 5_000, TimeSpan.FromSeconds(5));

    private async Task ComeBackAsync(int subscribers, TimeSpan within)
    {
        var journal = await TestJournal.CreateAsync(TestDatabase.PostgreSql);
        await using var cluster = ClusterProcesses.Create(journal, 3);
        await cluster.StartAllAsync();
        // The node with the writer, so that there is a failover too.
        var dying = await cluster.HostAsync(0);
        int[] living = [.. Enumerable.Range(0, 3).Except([dying])];
        using var publisher = new Publisher(cluster.Setups[living[0]].Hub);
        var staying = await OpenAsync(cluster, [.. Enumerable.Range(0, subscribers / 2).Select(i => (living[i % 2], (string?)null))]);
        var leaving = await OpenAsync(cluster, [.. Enumerable.Range(0, subscribers / 2).Select(_ => (dying, (string?)null))]);
        var seen = await publisher.PublishAsync(Topic, "seen");
        await AllHaveAsync([.. staying, .. leaving], seen);

        await cluster[dying].KillAsync();
        var last = "";
        for (var i = 0; i < Missed; i++)
            last = await publisher.PublishAsync(Topic, $"missed {i}");
        var watch = Stopwatch.StartNew();
        var back = await OpenAsync(cluster, [.. leaving.Select((client, i) => (living[i % 2], client.LastId))]);
        await AllHaveAsync([.. staying, .. back], last);
        var caughtUp = watch.Elapsed;

        var missed = Enumerable.Range(0, Missed).Select(i => $"missed {i}").ToList();
        Assert.All(back, client => Assert.Equal(missed, client.Events.Select(update => update.Data)));
        Assert.All(staying, client => Assert.Equal(["seen", .. missed], client.Events.Select(update => update.Data)));
        foreach (var client in staying.Concat(leaving).Concat(back))
            await client.DisposeAsync();

        // The server counts a session's reads when it ends.
        foreach (var node in living)
            await cluster[node].KillAsync();
        var reads = await ReadsAsync(journal);
        output.WriteLine($"{subscribers / 2} come back: caught up after {caughtUp.TotalMilliseconds:F0} ms; the journal's table was read {reads} times in all");
        Assert.InRange(reads, 1, 100);
        Assert.True(caughtUp < within, $"They were caught up after {caughtUp.TotalSeconds} s.");
    }

    private static async Task<SseClient[]> OpenAsync(ClusterProcesses cluster, IReadOnlyList<(int Node, string? After)> clients) =>
        await Task.WhenAll(clients.Select(client => SseClient.OpenAsync(cluster.Setups[client.Node].Hub, Topic, client.After)));

    private static async Task AllHaveAsync(IReadOnlyList<SseClient> clients, string id)
    {
        foreach (var client in clients)
            await Eventually.IsTrueAsync(() => client.LastId == id, Timeout, () => $"every subscriber gets {id}; one has got {client.LastId}.");
    }

    /// <summary>How often the journal's table was read, by its key or in whole, since it was made.</summary>
    private static async Task<long> ReadsAsync(TestJournal journal)
    {
        await using var database = NpgsqlDataSource.Create(journal.ConnectionString!);
        await using var sessions = database.CreateCommand("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");
        await Eventually.IsTrueAsync(async () => (long)(await sessions.ExecuteScalarAsync())! == 0, Timeout, () => "the hubs' sessions end.");
        await using var reads = database.CreateCommand("SELECT seq_scan + coalesce(idx_scan, 0) FROM pg_stat_user_tables WHERE relname = 'journal'");
        return (long)(await reads.ExecuteScalarAsync())!;
    }
}
