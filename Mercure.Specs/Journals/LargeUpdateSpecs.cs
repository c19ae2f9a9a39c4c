using Mercure.Specs.Processes;
using Mercure.Specs.Settings;
using Xunit;

namespace Mercure.Specs.Journals;

/// <summary>The largest update that the settings allow fits into the database, or the hub does not start.</summary>
public sealed class LargeUpdateSpecs
{
    private const string Topic = "https://example.com/large";

    private static readonly TimeSpan Timeout = Eventually.Patience;

    public static TheoryData<TestDatabase> Databases => TestJournal.Durable;

    /// <summary>Apostrophes take two bytes each in a statement for MariaDB, whose default limit is 16 MiB.</summary>
    [Theory]
    [MemberData(nameof(Databases))]
    public async Task Should_store_an_update_as_large_as_a_request_may_be(TestDatabase database)
    {
        const int Size = 7 << 20;
        await using var setup = await HubSetup.CreateAsync(database, ("MERCURE_MAX_REQUEST_SIZE", $"{Size}"));
        await using var hub = await HubProcess.StartAsync(setup);
        using var publisher = new Publisher(setup.Hub);
        var first = await publisher.PublishAsync(Topic, "first");
        var form = $"topic={Uri.EscapeDataString(Topic)}&data=";
        var data = new string('\'', Size - form.Length);

        await publisher.PublishRawAsync(form + data);

        var received = Assert.Single(await SseClient.ReplayAsync(setup.Hub, Topic, first, data, Timeout));
        Assert.Equal(data, received.Data);
    }

    [MariaDbFact]
    public async Task Should_not_start_when_the_largest_update_does_not_fit_into_a_statement()
    {
        await using var setup = await HubSetup.CreateAsync(TestDatabase.MariaDb, ("MERCURE_MAX_REQUEST_SIZE", "16MiB"));

        Assert.Contains("max_allowed_packet", await HubProcess.RefusalAsync(setup, Timeout), StringComparison.Ordinal);
    }
}

/// <summary>Skipped where no MariaDB is named.</summary>
internal sealed class MariaDbFactAttribute : FactAttribute
{
    public MariaDbFactAttribute() => Skip = Needs.MariaDb;
}
