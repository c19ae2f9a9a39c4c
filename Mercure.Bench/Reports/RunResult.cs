namespace Mercure.Bench.Reports;

/// <summary>A number of the table.</summary>
/// <param name="Key">Its name in the JSON.</param>
/// <param name="Label">Its name in the table, with the unit.</param>
/// <param name="Value">Null: not measured.</param>
internal sealed record Metric(string Key, string Label, double? Value);

/// <summary>What a run measured, in the order of the table.</summary>
internal sealed record RunResult(string Server, IReadOnlyList<Metric> Metrics, bool HasFaults, string? Note)
{
    public const string CpuPerDelivery = "server_cpu_us_per_delivery";
    public const string CpuPerPublish = "server_cpu_us_per_publish";

    public double? this[string key] => Metrics.FirstOrDefault(m => m.Key == key)?.Value;
}
