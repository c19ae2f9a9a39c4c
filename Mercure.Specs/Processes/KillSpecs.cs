using Mercure.Specs.Journals;
using Xunit;
using Xunit.Abstractions;

namespace Mercure.Specs.Processes;

/// <summary>The process dies at any moment, under load: nothing acknowledged is lost, nothing is doubled, one order.</summary>
[Collection(ProcessesCollection.Name)]
public sealed class KillSpecs(ITestOutputHelper output)
{
    public static TheoryData<TestDatabase> Databases => TestJournal.Durable;

    [Theory]
    [MemberData(nameof(Databases))]
    public Task Should_keep_what_it_acknowledged_when_it_is_killed_under_load(TestDatabase database) => KillAsync(database, kills: 4);

    [Theory]
    [Trait("Category", "Long")]
    [MemberData(nameof(Databases))]
    public Task Should_keep_what_it_acknowledged_over_a_series_of_kills(TestDatabase database) => KillAsync(database, kills: 25);

    private async Task KillAsync(TestDatabase database, int kills)
    {
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        await using var setup = await HubSetup.CreateAsync(database);
        var hub = await HubProcess.StartAsync(setup);
        await using var run = new LoadRun(setup);
        try
        {
            await run.BeginAsync();
            for (var kill = 1; kill <= kills; kill++)
            {
                await run.MoreAsync(random.Next(1, 600));
                await hub.KillAsync();
                await hub.DisposeAsync();
                hub = await HubProcess.StartAsync(setup);
                await run.ReconnectAsync();
            }

            await run.MoreAsync(50);
            await run.CheckAsync();
            output.WriteLine($"{kills} kills, {run.Acknowledged} acknowledged, {run.Unknown} not");
        }
        finally
        {
            await hub.DisposeAsync();
        }
    }
}
