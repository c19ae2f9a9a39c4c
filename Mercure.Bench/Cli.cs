using System.CommandLine;
using System.ComponentModel;
using System.Net.Sockets;
using Mercure.Bench.Floor;

namespace Mercure.Bench;

/// <summary>The commands. Exit codes: 0 good, 1 the run could not be made, 2 an update was lost, duplicated, out of order or mangled.</summary>
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
        root.Add(ServeFloor());
        return root;
    }

    private static Command ServeFloor()
    {
        var port = new Option<int>("--port") { Description = "Port on the loopback address (0: any)" };
        var untilEof = new Option<bool>("--until-eof") { Description = "End when standard input does", Hidden = true };
        var serve = new Command("serve-floor", "Serve the floor: the cheapest loop over Kestrel that sends the same bytes") { port, untilEof };
        serve.SetAction(async (parsed, cancel) =>
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
        });
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
        var report = await series.RunAsync(parsed.GetValue(options.Repeat), cancel);
        if (parsed.GetValue(options.Json))
            report.WriteJson(Console.Out);
        else
            report.WriteTable(Console.Out);
        return report.HasFaults ? Faulty : 0;
    }

    private static async Task<int> FillAsync(RunOptions options, ParseResult parsed, CancellationToken cancel)
    {
        SocketTuning.Apply();
        var floorOnly = options.IsFloorOnly(parsed);
        var series = new Series(options.Fill(parsed), withHub: !floorOnly, withFloor: floorOnly, Console.Error);
        var report = await series.RunAsync(1, cancel);
        if (parsed.GetValue(options.Json))
            report.WriteJson(Console.Out);
        else
            report.WriteTable(Console.Out);
        return 0;
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
