using System.Diagnostics;
using HdrHistogram;

namespace Mercure.Bench.Measure;

/// <summary>Latencies in microseconds, three significant digits. Used by one thread at a time.</summary>
internal sealed class Latencies
{
    private const long HighestMicros = 3_600_000_000;

    private readonly LongHistogram _histogram = new(HighestMicros, 3);

    public long Count => _histogram.TotalCount;

    public double? MaxMicros => Count == 0 ? null : _histogram.GetMaxValue();

    /// <param name="from">Stopwatch ticks; in an open loop, when it should have been sent.</param>
    /// <param name="to">Stopwatch ticks when the answer or the event was there.</param>
    public void Record(long from, long to) => _histogram.RecordValue(Math.Clamp(Micros(from, to), 0, HighestMicros));

    public void Add(Latencies other) => _histogram.Add(other._histogram);

    public double? PercentileMicros(double percentile) => Count == 0 ? null : _histogram.GetValueAtPercentile(percentile);

    private static long Micros(long from, long to) =>
        Stopwatch.Frequency == 1_000_000_000 ? (to - from) / 1000 : (long)((to - from) * 1e6 / Stopwatch.Frequency);
}
