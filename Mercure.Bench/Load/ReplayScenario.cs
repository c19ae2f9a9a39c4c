using System.Diagnostics;
using Mercure.Bench.Http;
using Mercure.Bench.Measure;
using Mercure.Bench.Reports;

namespace Mercure.Bench.Load;

/// <summary>
/// What a history costs those who come back to it, one at a time: publishes it, reads it whole from its first update, then the
/// end of it, then asks for what follows ids known and unknown, where nothing does.
/// </summary>
internal sealed class ReplayScenario(RunSettings settings, HubAddress address, string server, TextWriter progress)
{
    /// <summary>How many updates from its end the history is read.</summary>
    public const int Back = 1_000;

    /// <summary>There has to be something between its first update and those.</summary>
    public const int Least = Back + 2;

    private const int TailReads = 20;
    private const int LookUps = 2_000;

    private readonly uint _run = (uint)Random.Shared.NextInt64(uint.MaxValue);
    private readonly byte[] _buffer = new byte[64 * 1024];

    public async Task<RunResult> RunAsync(CancellationToken cancel)
    {
        var publishing = new Publishing(settings, address, _run, new Window());
        var publishers = Enumerable.Range(0, settings.Publishers).Select(i => new Publisher(publishing, i)).ToList();
        try
        {
            var begin = Stopwatch.GetTimestamp();
            var (first, middle) = await FillAsync(publishing, publishers, cancel);
            var filled = Stopwatch.GetElapsedTime(begin);

            await progress.WriteLineAsync($"{server}: reading {settings.Count - 1:N0} updates");
            var whole = NewSubscription();
            var full = await ReadAsync(whole, first, settings.Count - 1, cancel);
            whole.Faults.Lost = publishers.Select((publisher, i) => full.Connection.Ledger.Lost(
                i, publisher.Ledger.Sent(0), sequence => publisher.Ledger.IsAcknowledged(0, sequence))).Sum();

            var tails = await ReadTailsAsync(middle, full.Connection.LastId, whole.Faults, cancel);
            var known = await LookUpAsync("known", () => full.Connection.LastId, cancel);
            var unknown = await LookUpAsync("unknown", () => NeverGiven(full.Connection.LastId), cancel);
            var foreign = await LookUpAsync("publisher's unknown", static () => $"urn:bench:unknown:{Guid.NewGuid()}", cancel);
            Metric[] metrics =
            [
                new("publishes_per_second", "publishes/s", settings.Count / filled.TotalSeconds),
                new("replay_updates_per_second", "replayed updates/s", (settings.Count - 1) / Stopwatch.GetElapsedTime(full.Begin, full.End).TotalSeconds),
                .. Results.Percentiles("tail_first_event", "first of last 1,000", tails.FirstEvents),
                .. Results.Percentiles("tail_whole", "all of last 1,000", tails.Wholes),
                .. known.Metrics("known_id", "known id"),
                .. unknown.Metrics("unknown_id", "unknown id"),
                .. foreign.Metrics("unknown_own_id", "unknown own id"),
                .. Results.Of(whole.Faults),
            ];
            return new RunResult(server, metrics, whole.Faults.Any, Note: null);
        }
        finally
        {
            publishing.Stop();
            foreach (var publisher in publishers)
                await publisher.DisposeAsync();
        }
    }

    /// <summary>The ids of the first update and of the one that so many follow.</summary>
    private async Task<(string First, string Middle)> FillAsync(Publishing publishing, List<Publisher> publishers, CancellationToken cancel)
    {
        await progress.WriteLineAsync($"{server}: publishing {settings.Count:N0} updates");
        await PublishAsync(publishing, publishers[..1], 1, cancel);
        var first = publishers[0].LastId;
        // The history is read from behind it.
        publishers[0].Ledger.Unacknowledged(0, 0);

        await PublishAsync(publishing, publishers, settings.Count - Least, cancel);
        await PublishAsync(publishing, publishers[..1], 1, cancel);
        var middle = publishers[0].LastId;
        await PublishAsync(publishing, publishers, Back, cancel);
        return (first, middle);
    }

    private static async Task PublishAsync(Publishing publishing, IEnumerable<Publisher> publishers, long count, CancellationToken cancel)
    {
        publishing.Restart(count);
        await Task.WhenAll(publishers.Select(publisher => Task.Run(() => publisher.RunAsync(cancel), cancel)));
        if (publishing.Failed > 0)
            throw new InvalidOperationException($"A publish failed: {publishing.LastFailure}");
    }

    /// <summary>Complete when it has so many, in order, and ends with the last.</summary>
    private async Task<Tails> ReadTailsAsync(string middle, string last, Verify.Faults faults, CancellationToken cancel)
    {
        await progress.WriteLineAsync($"{server}: reading the last {Back:N0} updates");
        var tails = new Tails(new Latencies(), new Latencies());
        for (var i = 0; i < TailReads; i++)
        {
            var shared = NewSubscription();
            var tail = await ReadAsync(shared, middle, Back, cancel);
            faults.Lost += Back - shared.Deliveries + (tail.Connection.LastId == last ? 0 : 1);
            if (shared.Faults.Any)
                faults.Malformed++;
            tails.FirstEvents.Record(tail.Begin, tail.FirstEvent);
            tails.Wholes.Record(tail.Begin, tail.End);
        }

        return tails;
    }

    /// <summary>Connections one after the other, each until its response head: the hub has looked the id up by then.</summary>
    private async Task<LookedUp> LookUpAsync(string kind, Func<string> id, CancellationToken cancel)
    {
        await progress.WriteLineAsync($"{server}: asking for what follows {LookUps:N0} ids, {kind}");
        var shared = NewSubscription();
        var cpu = Cpu();
        for (var i = 0; i < LookUps; i++)
            await ReadAsync(shared, id(), 0, cancel);
        await Task.Delay(settings.Settle, cancel);
        return new LookedUp(shared.FirstBytes, (Cpu() - cpu) * 1e6 / LookUps);
    }

    /// <summary>One stream from behind an id, until it has brought so many events; fewer when no more come.</summary>
    private async Task<Reading> ReadAsync(Subscription shared, string after, long events, CancellationToken cancel)
    {
        using var connection = new SubscriberConnection(shared, 0) { LastId = after };
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var begin = connection.ConnectingSince = Stopwatch.GetTimestamp();
        var firstEvent = begin;
        var received = begin;
        await using var stream = await address.ConnectAsync(cancel);
        await stream.WriteAsync(connection.Request(), cancel);
        try
        {
            while (!connection.IsOpen || shared.Deliveries < events)
            {
                late.CancelAfter(settings.Drain);
                var length = await stream.ReadAsync(_buffer, late.Token);
                if (length == 0)
                    throw new IOException("The hub ended a stream in its replay.");
                // What it takes to find out that these are the last 1,000 of a million is not the hub's
                received = Stopwatch.GetTimestamp();
                connection.Consume(_buffer.AsSpan(0, length), received);
                if (firstEvent == begin && shared.Deliveries > 0)
                    firstEvent = received;
            }
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            // What has not come by now is lost
        }

        if (!connection.IsOpen)
            throw new InvalidOperationException("The hub did not answer a subscriber in time.");
        return new Reading(connection, begin, firstEvent, received);
    }

    private Subscription NewSubscription() => new(settings, address, _run, new Window()) { KeepsIds = true };

    /// <summary>Looks like the hub's own.</summary>
    private static string NeverGiven(string id) => id.StartsWith("urn:uuid:", StringComparison.Ordinal) ? $"urn:uuid:{Guid.NewGuid()}" : $"{Guid.NewGuid()}";

    private double? Cpu() => settings.Pids.Count > 0 ? settings.Pids.Sum(ProcStat.CpuSeconds) : null;

    /// <summary>A stream, and Stopwatch ticks of its moments.</summary>
    private sealed record Reading(SubscriberConnection Connection, long Begin, long FirstEvent, long End);

    private sealed record Tails(Latencies FirstEvents, Latencies Wholes);

    private sealed record LookedUp(Latencies FirstBytes, double? CpuMicros)
    {
        public IEnumerable<Metric> Metrics(string key, string label) =>
        [
            new($"{key}_first_byte_p50_ms", $"{label}: first byte p50, ms", Results.Millis(FirstBytes.PercentileMicros(50))),
            new($"{key}_cpu_us", $"{label}: server CPU, µs", CpuMicros),
        ];
    }
}
