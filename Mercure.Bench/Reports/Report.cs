using System.Globalization;
using System.Text.Json;

namespace Mercure.Bench.Reports;

/// <summary>All runs of one invocation, as a table for people and as JSON for programs.</summary>
internal sealed record Report(IReadOnlyList<RunResult> Hub, IReadOnlyList<RunResult> Floor)
{
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true };

    public bool HasFaults => Hub.Concat(Floor).Any(run => run.HasFaults);

    /// <summary>Every publish of a run failed.</summary>
    public bool HasMeasuredNothing => Hub.Concat(Floor).Any(run => run["failed_publishes"] > 0 && run["publishes_per_second"] is 0);

    public void WriteTable(TextWriter output)
    {
        if (Floor.Count > 0)
            WriteTable(output, Floor);
        if (Hub.Count > 0)
            WriteTable(output, Hub);
        foreach (var (name, ratio) in Ratios())
            output.WriteLine($"{name,-38}{Number(ratio),14}");
    }

    public void WriteJson(TextWriter output) => output.WriteLine(JsonSerializer.Serialize(
        new
        {
            hub = Hub.Count == 0 ? null : Series(Hub),
            floor = Floor.Count == 0 ? null : Series(Floor),
            ratio = Ratios().ToDictionary(r => r.Key, r => r.Ratio),
            faults = HasFaults,
        },
        Json));

    private IEnumerable<(string Key, double? Ratio)> Ratios()
    {
        if (Hub.Count == 0 || Floor.Count == 0)
            yield break;
        if (Medians.OfRatios(Hub, Floor, RunResult.CpuPerDelivery) is { } delivery)
            yield return ("hub/floor CPU per delivery", delivery);
        if (Medians.OfRatios(Hub, Floor, RunResult.CpuPerPublish) is { } publish)
            yield return ("hub/floor CPU per publish", publish);
    }

    private static object Series(IReadOnlyList<RunResult> runs) => new
    {
        server = runs[0].Server,
        runs = runs.Select(Values),
        median = Values(Medians.Of(runs)),
    };

    private static Dictionary<string, double?> Values(RunResult run) => run.Metrics.ToDictionary(m => m.Key, m => m.Value);

    private static void WriteTable(TextWriter output, IReadOnlyList<RunResult> runs)
    {
        var columns = runs.Count == 1 ? [(runs[0], "")] : runs.Select((run, i) => (run, $"run {i + 1}")).Append((Medians.Of(runs), "median")).ToArray();
        output.WriteLine();
        output.WriteLine($"{runs[0].Server,-38}{string.Concat(columns.Select(c => $"{c.Item2,14}"))}");
        for (var row = 0; row < runs[0].Metrics.Count; row++)
        {
            var label = runs[0].Metrics[row].Label;
            output.WriteLine($"{label,-38}{string.Concat(columns.Select(c => $"{Number(c.Item1.Metrics[row].Value),14}"))}");
        }

        foreach (var note in runs.Select(run => run.Note).OfType<string>())
            output.WriteLine(note);
        output.WriteLine();
    }

    private static string Number(double? value) => value switch
    {
        null => "-",
        >= 1000 => value.Value.ToString("N0", CultureInfo.InvariantCulture),
        { } whole when double.IsInteger(whole) => whole.ToString("0", CultureInfo.InvariantCulture),
        _ => value.Value.ToString("0.00", CultureInfo.InvariantCulture),
    };
}
