using System.Diagnostics;
using FsCheck.Xunit;
using Mercure.Bench;
using Mercure.Bench.Measure;
using Mercure.Bench.Reports;
using Mercure.Bench.Verify;
using Xunit;

namespace Mercure.Specs.Bench;

public sealed class MeasureSpecs
{
    private static readonly long Second = Stopwatch.Frequency;

    [Fact]
    public void Should_charge_a_stall_to_every_send_that_was_due_in_it()
    {
        // 100 a second; the hub stands still for the first second, then answers at once
        var schedule = new Schedule(start: 0, perSecond: 100);
        var latencies = new Latencies();
        while (schedule.TryTake(Second - 1, out var intended))
            latencies.Record(intended, Second);

        Assert.Equal(100, latencies.Count);
        Assert.InRange(latencies.MaxMicros!.Value, 999_000, 1_001_000);
        Assert.InRange(latencies.PercentileMicros(50)!.Value, 495_000, 515_000);
    }

    [Fact]
    public void Should_hand_out_each_send_once_and_none_before_its_time()
    {
        var schedule = new Schedule(start: 10, perSecond: Second);
        Assert.False(schedule.TryTake(9, out _));
        Assert.True(schedule.TryTake(10, out var first));
        Assert.False(schedule.TryTake(10, out _));
        Assert.Equal((10, 11), (first, schedule.NextAt));
    }

    [Fact]
    public void Should_not_drift_at_rates_that_do_not_divide_a_second()
    {
        Assert.Equal(1000 * Second, new Schedule(start: 0, perSecond: 3).At(3000));
    }

    [Fact]
    public void Should_count_what_was_sent_in_the_window_whenever_it_arrives()
    {
        var window = new Window();
        Assert.False(window.Contains(5));
        window.Open(10);
        window.Close(20);
        Assert.Equal([false, true, true, false], new long[] { 9, 10, 19, 20 }.Select(window.Contains));
    }

    [Property]
    public bool Should_read_back_any_stamp(uint run, ushort publisher, ushort topic, uint sequence, long ticks, byte padding)
    {
        var stamp = new Stamp(run, publisher, topic, sequence, ticks & long.MaxValue);
        var payload = new byte[Stamp.Size + padding];
        stamp.WriteTo(payload);
        return Stamp.TryRead(payload, out var read) && read == stamp && payload.All(b => char.IsAsciiLetterOrDigit((char)b) || b == '.');
    }

    [Fact]
    public void Should_refuse_a_payload_that_is_no_stamp()
    {
        Assert.False(Stamp.TryRead("hello"u8, out _));
        Assert.False(Stamp.TryRead(new byte[200], out _));
    }

    [Fact]
    public void Should_read_cpu_time_past_a_program_name_with_spaces_and_parentheses()
    {
        Assert.Equal(1.75, ProcStat.ParseCpuSeconds("42 (a) b (c)) S 1 2 3 4 5 6 7 8 9 10 150 25 0 0 20 0"));
        Assert.Equal(2048, ProcStat.ParseResidentBytes("VmHWM:\t 9 kB\nVmRSS:\t       2 kB\nThreads: 1"));
    }

    [Theory]
    [InlineData("500ms", 0.5)]
    [InlineData("15s", 15)]
    [InlineData("1m30s", 90)]
    [InlineData("1.5h", 5400)]
    public void Should_read_durations(string text, double seconds)
    {
        Assert.True(Durations.TryParse(text, out var duration));
        Assert.Equal(seconds, duration.TotalSeconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("15")]
    [InlineData("s")]
    [InlineData("1y")]
    public void Should_refuse_what_is_no_duration(string text) => Assert.False(Durations.TryParse(text, out _));

    [Fact]
    public void Should_take_the_median_of_the_ratios_of_neighbours()
    {
        var hub = new[] { 10.0, 30, 12 }.Select(Run).ToList();
        var floor = new[] { 10.0, 20, 10 }.Select(Run).ToList();
        Assert.Equal(1.2, Medians.OfRatios(hub, floor, RunResult.CpuPerDelivery));
        Assert.Equal(12, Medians.Of(hub)[RunResult.CpuPerDelivery]);
        Assert.Null(Medians.Of(new double?[] { null }));
    }

    private static RunResult Run(double value) => new("s", [new Metric(RunResult.CpuPerDelivery, "", value)], HasFaults: false, Note: null);
}
