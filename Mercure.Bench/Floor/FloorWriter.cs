using System.Buffers;
using System.Threading.Channels;

namespace Mercure.Bench.Floor;

/// <summary>
/// The one loop that writes to all responses: takes every publish that waits, puts their frames together, and gives each
/// subscriber one write and one flush for all of them. A publish is answered after its frames have been flushed to everyone.
/// </summary>
internal sealed class FloorWriter(ChannelReader<IFloorWork> work)
{
    private readonly Dictionary<string, Group> _topics = new(StringComparer.Ordinal);
    private readonly List<FloorPublish> _batch = [];
    private readonly List<Group> _touched = [];

    public async Task RunAsync(CancellationToken cancel)
    {
        while (await work.WaitToReadAsync(cancel))
        {
            while (work.TryRead(out var next))
                await TakeAsync(next);
            await FlushBatchAsync();
        }
    }

    private async ValueTask TakeAsync(IFloorWork next)
    {
        switch (next)
        {
            case FloorPublish publish:
                _batch.Add(publish);
                break;
            case FloorSubscriber subscriber:
                await FlushBatchAsync();
                Of(subscriber.Topic).Subscribers.Add(subscriber);
                await WriteAsync(subscriber, ":\n\n"u8.ToArray());
                break;
            case FloorLeaving leaving:
                Of(leaving.Subscriber.Topic).Subscribers.Remove(leaving.Subscriber);
                leaving.Complete();
                break;
            default:
                throw new InvalidOperationException($"No work is known by the name of {next.GetType().Name}.");
        }
    }

    private async ValueTask FlushBatchAsync()
    {
        foreach (var publish in _batch)
        {
            if (!_topics.TryGetValue(publish.Topic, out var group))
                continue;
            if (group.Frames.WrittenCount == 0)
                _touched.Add(group);
            group.Frames.Write(publish.Frame);
        }

        foreach (var group in _touched)
        {
            foreach (var subscriber in group.Subscribers)
                await WriteAsync(subscriber, group.Frames.WrittenMemory);
            group.Frames.ResetWrittenCount();
        }

        _touched.Clear();
        _batch.ForEach(publish => publish.Complete());
        _batch.Clear();
    }

    /// <summary>A flush that does not end at once is waited for before the next write only, so that one response does not hold up all.</summary>
    private static async ValueTask WriteAsync(FloorSubscriber subscriber, ReadOnlyMemory<byte> bytes)
    {
        if (!subscriber.Flushing.IsCompleted)
            await subscriber.Flushing;
        subscriber.Response.Write(bytes.Span);
        var flush = subscriber.Response.FlushAsync();
        if (!flush.IsCompletedSuccessfully)
            subscriber.Flushing = flush.AsTask();
    }

    private Group Of(string topic)
    {
        if (!_topics.TryGetValue(topic, out var group))
            _topics.Add(topic, group = new Group());
        return group;
    }

    private sealed class Group
    {
        public HashSet<FloorSubscriber> Subscribers { get; } = [];

        public ArrayBufferWriter<byte> Frames { get; } = new();
    }
}
