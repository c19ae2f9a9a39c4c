using System.Data.Common;
using System.Diagnostics;
using System.Net;
using System.Text;
using Mercure.Actors.Log;
using Mercure.Actors.Serialization;
using Mercure.Actors.Updates;
using Mercure.Specs.Journals;
using Xunit;
using Xunit.Abstractions;

namespace Mercure.Specs.Processes;

/// <summary>From the start of the process to the first publish that is acknowledged.</summary>
public sealed class StartUpSpecs(ITestOutputHelper output)
{
    private const string Topic = "https://example.com/start";
    private const int RowUpdates = 200;

    /// <summary>For a busy machine; the aim is 2 s, and 3 s with a million updates.</summary>
    private static readonly TimeSpan Generous = Eventually.Patience;

    private static readonly TimeSpan IndexTimeout = TimeSpan.FromMinutes(5);

    public static TheoryData<TestDatabase> Databases => TestJournal.Durable;

    [Fact]
    public Task Should_start_on_a_log_of_a_hundred_thousand_updates() => StartsAsync(TestDatabase.Sqlite, updates: 100_000);

    [Theory]
    [Trait("Category", "Long")]
    [MemberData(nameof(Databases))]
    public Task Should_start_on_a_log_of_a_million_updates(TestDatabase database) => StartsAsync(database, updates: 1_000_000);

    private async Task StartsAsync(TestDatabase database, int updates)
    {
        var journal = await TestJournal.CreateAsync(database);
        await using var setup = new HubSetup(journal);
        var empty = await MeasureAsync(setup, "an empty log");
        var ids = await FillAsync(journal, updates);
        var full = await MeasureAsync(setup, $"{updates} updates, without a snapshot");
        var again = await MeasureAsync(setup, $"{updates} updates, again");

        Assert.True(empty < Generous && full < Generous && again < Generous);
        await using var hub = await HubProcess.StartAsync(setup);
        output.WriteLine($"ids known after {await KnowsAsync(setup, ids[^10])}");
        // The end of the log is read without reading its beginning.
        var history = await SseClient.ReplayAsync(setup.Hub, Topic, ids[^10], "ready", Generous);
        Assert.Equal(ids[^9..], history.Select(update => update.Id).Take(9));
    }

    private async Task<TimeSpan> MeasureAsync(HubSetup setup, string log)
    {
        using var publisher = new Publisher(setup.Hub);
        var watch = Stopwatch.StartNew();
        await using var hub = HubProcess.Launch(setup);
        await Eventually.IsTrueAsync(
            async () => (await publisher.TryPublishAsync(Topic, "ready")).Status == HttpStatusCode.OK, HubProcess.StartTimeout, () => hub.Output);
        var elapsed = watch.Elapsed;
        output.WriteLine($"{log}: first publish after {elapsed.TotalMilliseconds:0} ms");
        hub.Send(Signal.Terminate);
        Assert.Equal(0, await hub.ExitAsync(Generous));
        return elapsed;
    }

    /// <summary>The hub did not write these rows, so the index of their ids is still to be made; until then a look-up may take too long.</summary>
    private static Task<TimeSpan> KnowsAsync(HubSetup setup, string id) => Eventually.IsTrueAsync(
        async () =>
        {
            var watch = Stopwatch.StartNew();
            try
            {
                await using var stream = await SseClient.OpenAsync(setup.Hub, Topic, id);
                return watch.Elapsed < TimeSpan.FromSeconds(2);
            }
            catch (HttpRequestException e) when (e.StatusCode == HttpStatusCode.ServiceUnavailable)
            {
                return false;
            }
        },
        IndexTimeout,
        () => $"{id} is known.");

    /// <summary>Rows as the writer would have written them, straight into the database.</summary>
    private static async Task<List<string>> FillAsync(TestJournal journal, int updates)
    {
        await using var connection = await journal.ConnectAsync();
        var (next, written) = await LastRowAsync(connection);
        var ids = new List<string>();
        await using var transaction = await connection.BeginTransactionAsync();
        var ordinal = written.FirstOrdinal + 1;
        while (ids.Count < updates)
        {
            var batch = BatchAt(ids.Count, ordinal);
            await InsertAsync(connection, transaction, ++next, JournalCodec.Encode(batch));
            ids.AddRange(batch.Entries.Select(entry => ((LogEntry.Published)entry).Update.Id!));
            ordinal += RowUpdates;
        }

        await transaction.CommitAsync();
        return ids;
    }

    private static BatchWritten BatchAt(int first, long ordinal) => new()
    {
        EpochNonce = 1,
        Time = DateTimeOffset.UnixEpoch,
        FirstOrdinal = ordinal,
        FirstByte = ordinal * 300,
        Requests = [new RequestWritten(new RequestToken(Guid.NewGuid(), 1), 0, RowUpdates)],
        Entries = [.. Enumerable.Range(first, RowUpdates).Select(number => new LogEntry.Published(new Update
        {
            Generation = Generation.V07,
            Topics = [Topic],
            Data = Encoding.UTF8.GetBytes($"{number} ".PadRight(200, 'x')),
            Id = $"urn:filled:{number}",
        }))],
    };

    private static async Task<(long SequenceNumber, BatchWritten Batch)> LastRowAsync(DbConnection connection)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT sequence_number, message FROM journal ORDER BY sequence_number DESC LIMIT 1";
        await using var row = await command.ExecuteReaderAsync();
        Assert.True(await row.ReadAsync());
        return (row.GetInt64(0), JournalCodec.DecodeBatch((byte[])row[1]));
    }

    private static async Task InsertAsync(DbConnection connection, DbTransaction transaction, long sequenceNumber, byte[] message)
    {
        await using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText =
            """
            INSERT INTO journal (created, deleted, persistence_id, sequence_number, message, manifest, identifier, writer_uuid)
            SELECT created, deleted, persistence_id, @number, @message, manifest, identifier, writer_uuid FROM journal WHERE sequence_number = 1
            """;
        Add(command, "@number", sequenceNumber);
        Add(command, "@message", message);
        Assert.Equal(1, await command.ExecuteNonQueryAsync());
    }

    private static void Add(DbCommand command, string name, object value)
    {
        var parameter = command.CreateParameter();
        parameter.ParameterName = name;
        parameter.Value = value;
        command.Parameters.Add(parameter);
    }
}
