using Mercure.Actors.Hosting;
using Mercure.Specs.Core;
using Xunit;

namespace Mercure.Specs.Journals;

/// <summary>What the hub's safety rests on in the database.</summary>
public sealed class SchemaSpecs
{
    public static TheoryData<TestDatabase> Databases => TestJournal.Durable;

    /// <summary>A second writer's row with the same number must be refused: nothing else fences a writer that was replaced.</summary>
    [Theory]
    [MemberData(nameof(Databases))]
    public async Task Should_refuse_a_second_row_with_the_same_number(TestDatabase database)
    {
        await using var journal = await TestJournal.CreateAsync(database);
        await using var hub = await CoreHub.StartAsync(journal.Options, new HubOptions());
        await hub.PublishAsync("first", "https://example.com/1");

        await using var connection = await journal.ConnectAsync();
        await using var command = connection.CreateCommand();
        command.CommandText =
            """
            INSERT INTO journal (created, deleted, persistence_id, sequence_number, message)
            SELECT created, deleted, persistence_id, sequence_number, message FROM journal WHERE sequence_number = 2
            """;
        var refusal = await Record.ExceptionAsync(command.ExecuteNonQueryAsync);

        // SQLite and PostgreSQL name the constraint's kind, MariaDB the entry.
        Assert.Matches("(?i)unique|Duplicate entry", refusal?.Message ?? "no refusal");
    }
}
