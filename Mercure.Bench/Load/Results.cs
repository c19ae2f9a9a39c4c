using Mercure.Bench.Measure;
using Mercure.Bench.Reports;

namespace Mercure.Bench.Load;

/// <summary>Turns a run's counters into the table's numbers.</summary>
internal static class Results
{
    public static RunResult Of(
        string server,
        RunSettings settings,
        Subscription subscription,
        Publishing publishing,
        Snapshot measured,
        Latencies publishes,
        TimeSpan connected,
        long? memory)
    {
        var faults = subscription.Faults;
        var perDelivery = settings.Subscribers > 0 && measured.Deliveries > 0 ? 1e6 / measured.Deliveries : (double?)null;
        var perPublish = measured.Publishes > 0 ? 1e6 / measured.Publishes : (double?)null;
        Metric[] metrics =
        [
            new("deliveries_per_second", "deliveries/s", measured.Deliveries / measured.Seconds),
            new("publishes_per_second", "publishes/s", measured.Publishes / measured.Seconds),
            .. Percentiles("publish", "publish", publishes),
            .. Percentiles("delivery", "delivery", subscription.Latencies),
            new("connect_first_byte_p50_ms", "connect to first byte p50, ms", Millis(subscription.FirstBytes.PercentileMicros(50))),
            new("connect_first_byte_p99_ms", "connect to first byte p99, ms", Millis(subscription.FirstBytes.PercentileMicros(99))),
            new("connect_total_s", "connect all, s", settings.Subscribers > 0 ? connected.TotalSeconds : null),
            new(RunResult.CpuPerDelivery, "server CPU per delivery, µs", measured.ServerCpu * perDelivery),
            new(RunResult.CpuPerPublish, "server CPU per publish, µs", measured.ServerCpu * perPublish),
            new("client_cpu_us_per_delivery", "client CPU per delivery, µs", measured.ClientCpu * perDelivery),
            new("client_cpu_us_per_publish", "client CPU per publish, µs", measured.ClientCpu * perPublish),
            new("server_bytes_per_subscriber", "server memory per subscriber, bytes", settings.Subscribers > 0 ? (double?)memory / settings.Subscribers : null),
            new("lost", "lost", faults.Lost),
            new("duplicated", "duplicated", faults.Duplicated),
            new("out_of_order", "out of order", faults.OutOfOrder),
            new("bad_ids", "ids missing, repeated or different", faults.BadIds),
            new("malformed", "malformed events", faults.Malformed),
            new("disconnected", "streams ended early", faults.Disconnected),
            new("failed_publishes", "failed publishes", publishing.Failed),
            new("unsent", "due but never sent", publishing.Pacer?.Backlog ?? 0),
        ];
        return new RunResult(server, metrics, faults.Any, publishing.LastFailure is { } failure ? $"last failed publish: {failure}" : null);
    }

    private static IEnumerable<Metric> Percentiles(string key, string label, Latencies latencies) =>
    [
        new($"{key}_p50_ms", $"{label} latency p50, ms", Millis(latencies.PercentileMicros(50))),
        new($"{key}_p90_ms", $"{label} latency p90, ms", Millis(latencies.PercentileMicros(90))),
        new($"{key}_p99_ms", $"{label} latency p99, ms", Millis(latencies.PercentileMicros(99))),
        new($"{key}_max_ms", $"{label} latency max, ms", Millis(latencies.MaxMicros)),
    ];

    private static double? Millis(double? micros) => micros / 1000;
}
