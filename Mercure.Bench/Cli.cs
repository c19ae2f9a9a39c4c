using System.CommandLine;
using System.ComponentModel;
using System.Net.Sockets;
using Mercure.Bench.Floor;
using Mercure.Bench.Http;
using Mercure.Bench.Load;
using Mercure.Bench.Reports;

namespace Mercure.Bench;

/// <summary>The commands. Exit codes: 0 good, 1 the run could not be made or no publish succeeded, 2 an update was lost, duplicated, out of order or mangled.</summary>
internal static class Cli
{
    private const int Failed = 1;
    private const int Faulty = 2;

    public static RootCommand Root()
    {
        var options = new RunOptions();
        var root = new RootCommand("Load tester for Mercure hubs (protocol generations 0.7 and 0.10 to 0.24)");
        options.AddToRun(root);
        root.SetAction((parsed, cancel) => GuardedAsync(() => RunAsync(options, parsed, cancel)));

        var run = new Command("run", "Publish to subscribers, measure and check (the default command)");
        options.AddToRun(run);
        run.SetAction((parsed, cancel) => GuardedAsync(() => RunAsync(options, parsed, cancel)));
        root.Add(run);

        var fill = new Command("fill", "Publish a number of updates as fast as the hub takes them");
        options.AddToFill(fill);
        fill.SetAction((parsed, cancel) => GuardedAsync(() => FillAsync(options, parsed, cancel)));
        root.Add(fill);

        var replay = new Command("replay", "Publish a history of a number of updates, and measure what it costs to come back to it");
        options.AddToReplay(replay);
        replay.SetAction((parsed, cancel) => GuardedAsync(() => ReplayAsync(options, parsed, cancel)));
        root.Add(replay);
        root.Add(ServeFloor());
        return root;
    }

    private static Command ServeFloor()
    {
        var port = new Option<int>("--port") { Description = "Port on the loopback address (0: any)" };
        var untilEof = new Option<bool>("--until-eof") { Description = "End when standard input does", Hidden = true };
        var serve = new Command("serve-floor", "Serve the floor: the cheapest loop over Kestrel that sends the same bytes") { port, untilEof };
        serve.SetAction((parsed, cancel) => GuardedAsync(async () =>
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            if (parsed.GetValue(untilEof))
                _ = Task.Run(() => CancelAtEndAsync(stop), cancel);
            try
            {
                await FloorServer.ServeAsync(parsed.GetValue(port), Console.Out, stop.Token);
            }
            catch (OperationCanceledException)
            {
                // The way it ends
            }

            return 0;
        }));
        return serve;
    }

    private static async Task CancelAtEndAsync(CancellationTokenSource stop)
    {
        await Console.In.ReadToEndAsync(CancellationToken.None);
        await stop.CancelAsync();
    }

    private static async Task<int> RunAsync(RunOptions options, ParseResult parsed, CancellationToken cancel)
    {
        SocketTuning.Apply();
        var settings = options.Run(parsed);
        var floorOnly = options.IsFloorOnly(parsed);
        var series = new Series(settings, withHub: !floorOnly, withFloor: floorOnly || parsed.GetValue(options.Floor), Console.Error);
        return Write(await series.RunAsync(parsed.GetValue(options.Repeat), cancel), parsed.GetValue(options.Json));
    }

    private static async Task<int> FillAsync(RunOptions options, ParseResult parsed, CancellationToken cancel)
    {
        SocketTuning.Apply();
        var floorOnly = options.IsFloorOnly(parsed);
        var series = new Series(options.Fill(parsed), withHub: !floorOnly, withFloor: floorOnly, Console.Error);
        return Write(await series.RunAsync(1, cancel), parsed.GetValue(options.Json));
    }

    private static async Task<int> ReplayAsync(RunOptions options, ParseResult parsed, CancellationToken cancel)
    {
        SocketTuning.Apply();
        var settings = options.Replay(parsed);
        var address = await HubAddress.ResolveAsync(settings.Url, settings.Insecure, cancel);
        var result = await new ReplayScenario(settings, address, settings.Url.ToString(), Console.Error).RunAsync(cancel);
        return Write(new Report([result], []), parsed.GetValue(options.Json));
    }

    private static int Write(Report report, bool json)
    {
        if (json)
            report.WriteJson(Console.Out);
        else
            report.WriteTable(Console.Out);
        if (report.HasFaults)
            return Faulty;
        return report.HasMeasuredNothing ? Failed : 0;
    }

    private static async Task<int> GuardedAsync(Func<Task<int>> action)
    {
        try
        {
            return await action();
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync("Stopped.");
            return Failed;
        }
        catch (Exception e) when (e is SocketException or IOException or FormatException or ArgumentException or Win32Exception or InvalidOperationException)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return Failed;
        }
    }
}
