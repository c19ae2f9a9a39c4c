using Mercure.Bench.Floor;
using Mercure.Bench.Http;
using Mercure.Bench.Load;
using Mercure.Bench.Reports;

namespace Mercure.Bench;

/// <summary>The same scenario several times, against floor and hub in turn, so that both meet the same weather.</summary>
internal sealed class Series(RunSettings settings, bool withHub, bool withFloor, TextWriter progress)
{
    public async Task<Report> RunAsync(int times, CancellationToken cancel)
    {
        var hub = new List<RunResult>();
        var floor = new List<RunResult>();
        for (var i = 0; i < times; i++)
        {
            if (withFloor)
                floor.Add(await FloorAsync(cancel));
            if (withHub)
                hub.Add(await OneAsync(settings, settings.Url.ToString(), cancel));
        }

        return new Report(hub, floor);
    }

    private async Task<RunResult> FloorAsync(CancellationToken cancel)
    {
        await using var process = await FloorProcess.StartAsync(cancel);
        return await OneAsync(settings with { Url = process.Url, PublishUrl = null, Pids = [process.Pid], Insecure = false }, "floor", cancel);
    }

    private async Task<RunResult> OneAsync(RunSettings run, string server, CancellationToken cancel)
    {
        var address = await HubAddress.ResolveAsync(run.Url, run.Insecure, cancel);
        var publishAddress = run.PublishUrl is { } url ? await HubAddress.ResolveAsync(url, run.Insecure, cancel) : null;
        await using var scenario = new Scenario(run, address, server, progress, publishAddress);
        return await scenario.RunAsync(cancel);
    }
}
