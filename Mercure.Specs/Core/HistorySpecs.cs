using Akka.Actor;
using Akka.TestKit.Xunit2;
using Mercure.Actors.Catchup;
using Mercure.Actors.Hosting;
using Mercure.Actors.Log;
using Mercure.Actors.Updates;
using Xunit;

namespace Mercure.Specs.Core;

/// <summary>A node's reads of the journal, from a store that answers as the spec wants.</summary>
public sealed class HistorySpecs : TestKit
{
    private readonly Store _store = new();

    public HistorySpecs()
        : base("akka { loglevel = OFF, test.single-expect-default = 90s }")
    {
    }

    /// <summary>SQLite answers when it is done, in the thread that asked.</summary>
    [Fact]
    public void Should_give_pages_while_an_id_is_looked_up()
    {
        var history = Sys.ActorOf(History.Props(new HubOptions(), _store));
        history.Tell(new History.HeadMoved(new LogHead(1, 1, 1), new UpdateIds(UpdateIds.NewKey())));
        var (slow, other) = (CreateTestProbe(), CreateTestProbe());
        history.Tell(new History.Resolve(["unknown"], OrEarliest: false), slow);
        history.Tell(new History.GetPage(1), other);

        Assert.Equal(1, other.ExpectMsg<Page>().FirstRow);
        _store.Found.Set();
        Assert.Null(slow.ExpectMsg<History.Resolved>().Position);
    }

    protected override void AfterAll()
    {
        _store.Found.Set();
        base.AfterAll();
    }

    /// <summary>A log of one row, whose index waits.</summary>
    private sealed class Store : IHubStore
    {
        public ManualResetEventSlim Found { get; } = new();

        public Task<IReadOnlyList<(long SequenceNumber, BatchWritten Batch)>> ReadAsync(long from, long to, long maxBytes, CancellationToken cancellation = default) =>
            Task.FromResult<IReadOnlyList<(long, BatchWritten)>>(from > 1 ? [] :
            [(1, new BatchWritten
            {
                EpochNonce = 1,
                Time = DateTimeOffset.UnixEpoch,
                FirstOrdinal = 0,
                FirstByte = 0,
                Entries = [new LogEntry.Published(CoreHub.UpdateOf("", id: null, "t"))],
            })]);

        public Task<IReadOnlyList<Position>> FindInIndexAsync(long hash, Position after, CancellationToken cancellation = default)
        {
            Found.Wait(cancellation);
            return Task.FromResult<IReadOnlyList<Position>>([]);
        }

        public Task<IndexWatermark> ReadWatermarkAsync(CancellationToken cancellation = default) => throw new NotSupportedException();

        public Task AddToIndexAsync(IReadOnlyList<IndexedId> ids, IndexWatermark watermark, CancellationToken cancellation = default) => throw new NotSupportedException();

        public Task ClearIndexAsync(CancellationToken cancellation = default) => throw new NotSupportedException();

        public Task RemoveFromIndexAsync(IReadOnlyList<IndexedId> ids, CancellationToken cancellation = default) => throw new NotSupportedException();

        public Task ProbeAsync(CancellationToken cancellation = default) => throw new NotSupportedException();
    }
}
