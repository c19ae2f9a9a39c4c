using Mercure.Bench.Measure;
using Mercure.Bench.Reports;

namespace Mercure.Bench.Load;

/// <summary>What was measured of a run beside its deliveries.</summary>
/// <param name="Window">The counters' growth in the measured time.</param>
/// <param name="Publishes">Latencies of the publishes that were sent in it.</param>
/// <param name="Connected">From the first connection's start to the last one's response head.</param>
/// <param name="Memory">Growth of the server's resident memory meanwhile.</param>
/// <param name="CaughtUp">From the moment at which those who were held back read again until everyone had everything.</param>
internal sealed record Measured(Snapshot Window, Latencies Publishes, TimeSpan Connected, long? Memory, TimeSpan? CaughtUp);

/// <summary>Turns a run's counters into the table's numbers.</summary>
internal static class Results
{
    public static RunResult Of(string server, RunSettings settings, Subscription subscription, Publishing publishing, Measured measured)
    {
        var window = measured.Window;
        var perDelivery = settings.Subscribers > 0 && window.Deliveries > 0 ? 1e6 / window.Deliveries : (double?)null;
        var perPublish = window.Publishes > 0 ? 1e6 / window.Publishes : (double?)null;
        var connections = settings.Connections > 0 ? settings.Connections : (double?)null;
        Metric[] metrics =
        [
            new("deliveries_per_second", "deliveries/s", window.Deliveries / window.Seconds),
            new("publishes_per_second", "publishes/s", window.Publishes / window.Seconds),
            .. Percentiles("publish", "publish", measured.Publishes),
            .. Percentiles("delivery", "delivery", subscription.Latencies),
            new("connect_first_byte_p50_ms", "connect to first byte p50, ms", Millis(subscription.FirstBytes.PercentileMicros(50))),
            new("connect_first_byte_p99_ms", "connect to first byte p99, ms", Millis(subscription.FirstBytes.PercentileMicros(99))),
            new("connect_total_s", "connect all, s", connections is null ? null : measured.Connected.TotalSeconds),
            new("caught_up_s", "caught up after, s", measured.CaughtUp?.TotalSeconds),
            new(RunResult.CpuPerDelivery, "server CPU per delivery, µs", window.ServerCpu * perDelivery),
            new(RunResult.CpuPerPublish, "server CPU per publish, µs", window.ServerCpu * perPublish),
            new("client_cpu_us_per_delivery", "client CPU per delivery, µs", window.ClientCpu * perDelivery),
            new("client_cpu_us_per_publish", "client CPU per publish, µs", window.ClientCpu * perPublish),
            new("server_bytes_per_subscriber", "server memory per subscriber, bytes", measured.Memory / connections),
            .. Of(subscription.Faults),
            new("failed_publishes", "failed publishes", publishing.Failed),
            new("unsent", "due but never sent", publishing.Pacer?.Backlog ?? 0),
        ];
        return new RunResult(server, metrics, subscription.Faults.Any, publishing.LastFailure is { } failure ? $"last failed publish: {failure}" : null);
    }

    public static IEnumerable<Metric> Of(Verify.Faults faults) =>
    [
        new("lost", "lost", faults.Lost),
        new("duplicated", "duplicated", faults.Duplicated),
        new("out_of_order", "out of order", faults.OutOfOrder),
        new("bad_ids", "ids missing, repeated or different", faults.BadIds),
        new("malformed", "malformed events", faults.Malformed),
        new("disconnected", "streams ended early", faults.Disconnected),
    ];

    public static IEnumerable<Metric> Percentiles(string key, string label, Latencies latencies) =>
    [
        new($"{key}_p50_ms", $"{label} latency p50, ms", Millis(latencies.PercentileMicros(50))),
        new($"{key}_p90_ms", $"{label} latency p90, ms", Millis(latencies.PercentileMicros(90))),
        new($"{key}_p99_ms", $"{label} latency p99, ms", Millis(latencies.PercentileMicros(99))),
        new($"{key}_max_ms", $"{label} latency max, ms", Millis(latencies.MaxMicros)),
    ];

    public static double? Millis(double? micros) => micros / 1000;
}
