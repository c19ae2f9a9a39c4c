using System.Runtime.CompilerServices;
using Akka.Event;
using Mercure.Actors.Authorization;
using Mercure.Actors.Live;
using Mercure.Actors.Log;
using Mercure.Actors.Matching;
using Mercure.Actors.Subscribers;
using Mercure.Http.Streams;
using Mercure.Specs.Core;
using Xunit;

namespace Mercure.Specs.Live;

/// <summary>What a batch brings to each: shared where it is the same, and nobody's longer than it waits for somebody.</summary>
public sealed class DeliverySpecs
{
    private static readonly UpdateIds Ids = new(UpdateIds.NewKey());

    private readonly FanOut _fanOut = new(NoLogger.Instance, explains: false);

    [Fact]
    public void Should_give_the_same_run_to_those_who_get_the_same()
    {
        var (first, second, third) = (Attach("a", "b"), Attach("b", "a"), Attach("a"));

        _fanOut.Send(Batch("a", "c", "b"));

        Assert.Equal(2, first.Taken[0].Count);
        Assert.Same(first.Taken[0], second.Taken[0]);
        Assert.Equal(1, third.Taken[0].Count);
    }

    /// <summary>A client that does not read holds what waits for it, and not what the same batches brought to all the others.</summary>
    [Fact]
    public void Should_not_hold_the_runs_of_others_while_one_waits()
    {
        var slow = Attach("a", "c");
        var others = SendToOthers(Batch("a", "b", "c"));
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();

        Assert.Equal(2, slow.Taken[0].Count);
        Assert.All(others, other => Assert.False(other.TryGetTarget(out _), "A run is held that nobody waits for."));
    }

    /// <summary>Those of two subscribers; the stack of this method is gone when the heap is looked at.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private List<WeakReference<Delivery>> SendToOthers(LogBatch batch)
    {
        Recipient[] others = [Attach("a", "b"), Attach("a", "b", "c")];
        _fanOut.Send(batch);
        return [.. others.Select(other => other.TakeWeak())];
    }

    private Recipient Attach(params string[] topics)
    {
        var receiver = new Recipient();
        _fanOut.Add(new Attachment(receiver, new Subscription
        {
            Selectors = [.. topics.Select(TopicSelector.Parse)],
            Grant = Grant.None,
            Encoder = EventEncoders.Plain,
            Output = System.IO.Pipelines.PipeWriter.Create(Stream.Null),
            Gone = CancellationToken.None,
        }));
        return receiver;
    }

    private static LogBatch Batch(params string[] topics) => LogBatch.Of(
        1,
        new BatchWritten
        {
            EpochNonce = 1,
            Time = DateTimeOffset.UnixEpoch,
            FirstOrdinal = 0,
            FirstByte = 0,
            Entries = [.. topics.Select(topic => new LogEntry.Published(CoreHub.UpdateOf(topic, id: null, topic)))],
        },
        Ids);
}
