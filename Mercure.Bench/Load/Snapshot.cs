using System.Diagnostics;
using System.Runtime.InteropServices;
using Mercure.Bench.Measure;

namespace Mercure.Bench.Load;

/// <summary>The counters at one moment; two of them make a rate.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Snapshot(long Ticks, long Deliveries, long Publishes, double ClientCpu, double? ServerCpu)
{
    public static Snapshot Take(Subscription subscription, Publishing publishing, IReadOnlyList<int> pids) => new(
        Stopwatch.GetTimestamp(),
        subscription.Deliveries,
        publishing.Acknowledged,
        Environment.CpuUsage.TotalTime.TotalSeconds,
        pids.Count > 0 ? pids.Sum(ProcStat.CpuSeconds) : null);

    public Snapshot Since(Snapshot start) => new(
        Ticks - start.Ticks,
        Deliveries - start.Deliveries,
        Publishes - start.Publishes,
        ClientCpu - start.ClientCpu,
        ServerCpu - start.ServerCpu);

    public double Seconds => (double)Ticks / Stopwatch.Frequency;
}
