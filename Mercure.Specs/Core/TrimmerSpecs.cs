using System.Collections.Concurrent;
using Akka.Actor;
using Akka.TestKit.Xunit2;
using Mercure.Actors.Catchup;
using Mercure.Actors.Hosting;
using Mercure.Actors.Log;
using Mercure.Actors.Matcher;
using Mercure.Actors.Updates;
using Xunit;

namespace Mercure.Specs.Core;

/// <summary>Rows are deleted step by step, each once, and nothing is read for nothing.</summary>
public sealed class TrimmerSpecs : TestKit
{
    private const int RowBytes = 10_000;

    private static readonly HubOptions Options = new() { HistorySize = 10, CleanupFrequency = 1, ReserveUpdates = 1_000, ReserveBytes = 200 * RowBytes };

    private readonly Store _store = new();

    public TrimmerSpecs()
        : base("akka { loglevel = OFF, test.single-expect-default = 90s }")
    {
    }

    /// <summary>The reserve seldom ends just between two rows.</summary>
    [Fact]
    public async Task Should_not_read_again_what_may_not_go_yet()
    {
        var parent = CreateTestProbe();
        var trimmer = parent.ChildActorOf(Trimmer.Props(Options, _store));
        _store.Rows = 500;
        trimmer.Tell(Grown(rows: 500));
        for (var step = 0; step < 3; step++)
            trimmer.Tell(new TopicMatcher.Trimmed(parent.ExpectMsg<TopicMatcher.Trim>().SequenceNumber));

        await IsDoneAsync(trimmer, parent);
        var reads = _store.Reads.Count;
        for (var tick = 0; tick < 5; tick++)
        {
            trimmer.Tell(Grown(rows: 500));
            await IsDoneAsync(trimmer, parent);
        }

        Assert.InRange(_store.Reads.Count, reads, reads + 1);
        _store.Rows = 501;
        trimmer.Tell(Grown(rows: 501));
        Assert.Equal(301, parent.ExpectMsg<TopicMatcher.Trim>().SequenceNumber);
    }

    /// <summary>A slow database: the writer is asked again and deletes twice.</summary>
    [Fact]
    public async Task Should_take_a_step_once_that_is_confirmed_twice()
    {
        var parent = CreateTestProbe();
        var trimmer = parent.ChildActorOf(Trimmer.Props(Options, _store));
        _store.Rows = 500;
        _store.Removing = new TaskCompletionSource();
        trimmer.Tell(Grown(rows: 500));
        var step = parent.ExpectMsg<TopicMatcher.Trim>().SequenceNumber;
        trimmer.Tell(new TopicMatcher.Trimmed(step));
        trimmer.Tell(new TopicMatcher.Trimmed(step));
        await trimmer.Ask<ActorIdentity>(new Identify(1));
        _store.Removing.SetResult();

        Assert.Equal(2 * step, parent.ExpectMsg<TopicMatcher.Trim>().SequenceNumber);
        trimmer.Tell(new TopicMatcher.Trimmed(2 * step));
        AwaitCondition(() => _store.Reads.Count >= 3);
        Assert.Equal([1, step + 1, (2 * step) + 1], _store.Reads);
        Assert.Equal([1, step + 1], _store.Removals);
    }

    /// <summary>The store answers at once: a few messages later nothing follows, and the parent has been asked for nothing.</summary>
    private static async Task IsDoneAsync(IActorRef trimmer, Akka.TestKit.TestProbe parent)
    {
        for (var turn = 0; turn < 10; turn++)
            await trimmer.Ask<ActorIdentity>(new Identify(turn));
        Assert.False(parent.HasMessages);
    }

    private static Trimmer.Grown Grown(long rows) => new(new LogHead(rows, rows, rows), (rows * RowBytes) + (RowBytes / 2), 0);

    /// <summary>A log with one update a row.</summary>
    private sealed class Store : IHubStore
    {
        public long Rows { get; set; }

        public TaskCompletionSource? Removing { get; set; }

        /// <summary>Where the pages that were read begin.</summary>
        public ConcurrentQueue<long> Reads { get; } = new();

        /// <summary>Where the rows begin whose ids were removed.</summary>
        public ConcurrentQueue<long> Removals { get; } = new();

        public Task<IReadOnlyList<(long SequenceNumber, BatchWritten Batch)>> ReadAsync(long from, long to, long maxBytes, CancellationToken cancellation = default)
        {
            Reads.Enqueue(from);
            return Task.FromResult<IReadOnlyList<(long, BatchWritten)>>([.. Enumerable.Range((int)from, (int)Math.Min(100, Rows - from + 1)).Select(row => ((long)row, Row(row)))]);
        }

        public async Task RemoveFromIndexAsync(IReadOnlyList<IndexedId> ids, CancellationToken cancellation = default)
        {
            Removals.Enqueue(ids[0].Position.SequenceNumber);
            if (Removing is not null)
                await Removing.Task;
        }

        public Task<IndexWatermark> ReadWatermarkAsync(CancellationToken cancellation = default) => throw new NotSupportedException();

        public Task AddToIndexAsync(IReadOnlyList<IndexedId> ids, IndexWatermark watermark, CancellationToken cancellation = default) => throw new NotSupportedException();

        public Task ClearIndexAsync(CancellationToken cancellation = default) => throw new NotSupportedException();

        public Task<IReadOnlyList<Position>> FindInIndexAsync(long hash, Position after, CancellationToken cancellation = default) => throw new NotSupportedException();

        public Task ProbeAsync(CancellationToken cancellation = default) => throw new NotSupportedException();

        private static BatchWritten Row(long row)
        {
            var update = CoreHub.UpdateOf("", id: $"{row}", "t");
            return new BatchWritten
            {
                EpochNonce = 1,
                Time = DateTimeOffset.UnixEpoch,
                FirstOrdinal = row - 1,
                FirstByte = (row - 1) * RowBytes,
                Entries = [new LogEntry.Published(update with { Data = new byte[RowBytes - update.Size()] })],
            };
        }
    }
}
