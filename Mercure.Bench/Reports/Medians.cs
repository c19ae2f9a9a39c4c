namespace Mercure.Bench.Reports;

internal static class Medians
{
    public static double? Of(IEnumerable<double?> values)
    {
        var sorted = values.OfType<double>().Order().ToArray();
        if (sorted.Length == 0)
            return null;
        var middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /// <summary>Each number's own median: the columns of different runs may meet in it.</summary>
    public static RunResult Of(IReadOnlyList<RunResult> runs) => new(
        runs[0].Server,
        [.. runs[0].Metrics.Select((metric, i) => metric with { Value = Of(runs.Select(run => run.Metrics[i].Value)) })],
        runs.Any(run => run.HasFaults),
        Note: null);

    /// <summary>The median of the ratios of neighbours, not the ratio of medians: what disturbs the machine for a while disturbs both.</summary>
    public static double? OfRatios(IReadOnlyList<RunResult> runs, IReadOnlyList<RunResult> floors, string key) =>
        Of(runs.Zip(floors, (run, floor) => run[key] / floor[key]));
}
