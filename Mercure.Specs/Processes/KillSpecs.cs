using Mercure.Specs.Journals;
using Xunit;
using Xunit.Abstractions;

namespace Mercure.Specs.Processes;

/// <summary>The process dies at any moment, under load: nothing acknowledged is lost, nothing is doubled, one order.</summary>
public sealed class KillSpecs(ITestOutputHelper output)
{
    private static readonly TimeSpan Timeout = Eventually.Patience;

    public static TheoryData<TestDatabase> Databases => TestJournal.Durable;

    [Theory]
    [MemberData(nameof(Databases))]
    public Task Should_keep_what_it_acknowledged_when_it_is_killed_under_load(TestDatabase database) => EndAsync(database, Signal.Kill, times: 2);

    [Theory]
    [Trait("Category", "Long")]
    [MemberData(nameof(Databases))]
    public Task Should_keep_what_it_acknowledged_over_a_series_of_kills(TestDatabase database) => EndAsync(database, Signal.Kill, times: 100);

    /// <summary>A proper end loses nothing either, and what was being published is answered or refused.</summary>
    [Fact]
    public Task Should_keep_what_it_acknowledged_when_it_is_stopped_under_load() => EndAsync(TestDatabase.Sqlite, Signal.Terminate, times: 2);

    private async Task EndAsync(TestDatabase database, Signal signal, int times)
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
            for (var end = 1; end <= times; end++)
            {
                await run.MoreAsync(random.Next(1, 600));
                hub.Send(signal);
                Assert.Equal(signal == Signal.Terminate ? 0 : 128 + (int)Signal.Kill, await hub.ExitAsync(Timeout));
                await hub.DisposeAsync();
                hub = await HubProcess.StartAsync(setup);
                await run.ReconnectAsync();
            }

            await run.MoreAsync(50);
            await run.CheckAsync();
            output.WriteLine($"{times} times, {run.Acknowledged} acknowledged, {run.Unknown} not");
        }
        finally
        {
            await hub.DisposeAsync();
        }
    }
}
