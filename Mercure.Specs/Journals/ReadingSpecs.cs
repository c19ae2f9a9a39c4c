using Mercure.Actors.Hosting;
using Mercure.Actors.Log;
using Mercure.Actors.Serialization;
using Mercure.Journal;
using Mercure.Specs.Core;
using Mercure.Specs.Processes;
using Mercure.Specs.Settings;
using Xunit;

namespace Mercure.Specs.Journals;

/// <summary>A page costs the database what is in it, however long the log is.</summary>
public sealed class ReadingSpecs
{
    private const int Rows = 5_000;
    private const int RowBytes = 1_000;

    private static readonly HubOptions Options = new();

    /// <summary>A server sends all that a query asks for, even to a reader that goes away.</summary>
    [PostgreSqlFact]
    public async Task Should_not_have_the_server_read_what_the_page_does_not_hold()
    {
        await using var journal = await TestJournal.CreateAsync(TestDatabase.PostgreSql);
        using var databases = JournalDatabases.Open(journal.Options);
        databases.Check();
        var store = JournalHosting.CreateStore(databases, Options.PersistenceId);
        await FillAsync(journal);
        var before = await FetchedAsync(journal);

        Assert.Single(await store.ReadAsync(1, long.MaxValue, maxBytes: 1));
        var page = await store.ReadAsync(1, long.MaxValue, maxBytes: 100 * RowBytes);
        Assert.InRange(page.Count, 90, 110);

        // Statistics come a moment later: the last read is waited for.
        var whole = (await store.ReadAsync(Rows - 99, Rows, long.MaxValue)).Count;
        Assert.Equal(100, whole);
        await Eventually.IsTrueAsync(async () => await FetchedAsync(journal) - before >= page.Count + whole);
        Assert.InRange(await FetchedAsync(journal) - before, page.Count + whole, 1_000);
    }

    [Theory]
    [MemberData(nameof(TestJournal.Durable), MemberType = typeof(TestJournal))]
    public async Task Should_read_rows_of_any_size_without_a_hole(TestDatabase database)
    {
        await using var journal = await TestJournal.CreateAsync(database);
        await using var hub = await CoreHub.StartAsync(journal.Options, Options);
        for (var i = 0; i < 60; i++)
            await hub.PublishAsync(new string('x', i % 10 == 9 ? 100_000 : 10), "https://example.com/1");

        var all = await hub.Store.ReadAsync(1, long.MaxValue, long.MaxValue);
        Assert.Equal(Enumerable.Range(1, 61).Select(row => (long)row), all.Select(row => row.SequenceNumber));
        foreach (var maxBytes in new[] { 1, 100, 1_000, 50_000, 150_000, 500_000 })
        {
            for (var from = 1L; from <= 61;)
            {
                var rows = await hub.Store.ReadAsync(from, 61, maxBytes);
                Assert.Equal(Enumerable.Range((int)from, rows.Count).Select(row => (long)row), rows.Select(row => row.SequenceNumber));
                var before = rows.SkipLast(1).Sum(row => JournalCodec.Encode(row.Batch).Length);
                var bytes = rows.Sum(row => JournalCodec.Encode(row.Batch).Length);
                Assert.True(before < maxBytes, "A row too many.");
                Assert.True(bytes >= maxBytes || rows[^1].SequenceNumber == 61, "A row too few.");
                from = rows[^1].SequenceNumber + 1;
            }
        }
    }

    private static async Task FillAsync(TestJournal journal)
    {
        var row = JournalCodec.Encode(new BatchWritten
        {
            EpochNonce = 1,
            Time = DateTimeOffset.UnixEpoch,
            FirstOrdinal = 0,
            FirstByte = 0,
            Entries = [new LogEntry.Published(CoreHub.UpdateOf(new string('x', RowBytes), id: null, "https://example.com/1"))],
        });
        await journal.ExecuteAsync(
            $"""
            INSERT INTO journal (created, deleted, persistence_id, sequence_number, message)
            SELECT 0, false, '{Options.PersistenceId}', number, decode('{Convert.ToHexString(row)}', 'hex') FROM generate_series(1, {Rows}) AS number;
            ANALYZE journal;
            """);
    }

    private static async Task<long> FetchedAsync(TestJournal journal)
    {
        await using var connection = await journal.ConnectAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT pg_stat_force_next_flush(); SELECT idx_tup_fetch + seq_tup_read FROM pg_stat_user_tables WHERE relname = 'journal'";
        await using var reader = await command.ExecuteReaderAsync();
        await reader.NextResultAsync();
        await reader.ReadAsync();
        return reader.GetInt64(0);
    }
}

/// <summary>Skipped where no server is named.</summary>
internal sealed class PostgreSqlFactAttribute : FactAttribute
{
    public PostgreSqlFactAttribute() => Skip = Needs.PostgreSql;
}
