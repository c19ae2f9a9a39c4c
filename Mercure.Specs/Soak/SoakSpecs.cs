using System.Diagnostics;
using Mercure.Specs.Journals;
using Mercure.Specs.Processes;
using Mercure.Specs.Settings;
using Xunit;
using Xunit.Abstractions;

namespace Mercure.Specs.Soak;

/// <summary>
/// Hours in the life of a hub: subscribers of both generations come, go, lag, die and come back while updates are published and the
/// history is trimmed. Everyone gets everything, once, in the one order; and what the process holds stays what it was.
/// </summary>
[Collection(ProcessesCollection.Name)]
public sealed class SoakSpecs(ITestOutputHelper output)
{
    /// <summary>Of the time, until caches are full and code is compiled: no less than two minutes' worth.</summary>
    private const double WarmUp = 0.25;

    private const int PooledFiles = 30;

    private static readonly TimeSpan SampleEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(1);

    /// <summary>For MERCURE_SOAK_MINUTES (30); below ten, caches are still filling, and it may fail for their growth.</summary>
    [Fact]
    [Trait("Category", "Long")]
    public async Task Should_stay_as_it_is_while_subscribers_come_and_go_and_lag_and_die()
    {
        var time = SpecSettings.SoakTime;
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        await using var setup = await HubSetup.CreateAsync(TestDatabase.Sqlite, SoakRun.Environment);
        await using var hub = await HubProcess.StartAsync(setup);
        var idle = ProcessUse.Of(hub.Id);
        await using var run = new SoakRun(setup, seed);
        await run.StartAsync();

        await SampleAsync(hub, run, time * WarmUp);
        var early = await SampleAsync(hub, run, time * (1 - WarmUp) / 3);
        await SampleAsync(hub, run, time * (1 - WarmUp) / 3);
        var late = await SampleAsync(hub, run, time * (1 - WarmUp) / 3);
        await run.StopAsync();

        output.WriteLine($"idle {idle}, early {early}, late {late}; {run.Updates} updates, {run.Connections} connections");
        Assert.InRange(late.Megabytes, 0, (early.Megabytes * 1.15) + 16);
        Assert.InRange(late.Descriptors, 0, early.Descriptors + 10);
        Assert.InRange(late.Threads, 0, early.Threads + 5);
        // With everyone gone, nothing is left of them; the pool keeps its connections to the database, each some files.
        await Eventually.IsTrueAsync(
            () => ProcessUse.Of(hub.Id).Descriptors <= idle.Descriptors + PooledFiles, Timeout, () => $"{idle} became {ProcessUse.Of(hub.Id)}");
        Assert.DoesNotContain("unhandled", hub.Output, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>The median over some time, which ends early when something fails.</summary>
    private async Task<ProcessUse> SampleAsync(HubProcess hub, SoakRun run, TimeSpan time)
    {
        var uses = new List<ProcessUse>();
        var watch = Stopwatch.StartNew();
        using var timer = new PeriodicTimer(SampleEvery);
        do
        {
            await Task.WhenAny(run.AnyFailure, timer.WaitForNextTickAsync().AsTask()).Unwrap();
            Assert.False(hub.HasExited, hub.Output);
            uses.Add(ProcessUse.Of(hub.Id));
        }
        while (watch.Elapsed < time);

        var median = ProcessUse.MedianOf(uses);
        output.WriteLine($"{median} of {uses.Count}; {run.Updates} updates, {run.Connections} connections");
        return median;
    }
}
