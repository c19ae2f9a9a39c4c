using System.Collections.Concurrent;
using System.Threading.Channels;
using Mercure.Actors;
using Mercure.Actors.Subscribers;
using Mercure.Actors.Updates;

namespace Mercure.Specs.Protocol;

/// <summary>A hub in memory, just enough for the protocol on the wire to be tried before it.</summary>
internal sealed class FakeHub : IHub, IDisposable
{
    private readonly Lock _lock = new();
    private readonly List<StoredUpdate> _history = [];
    private readonly List<Channel<StoredUpdate>> _streams = [];
    private readonly CancellationTokenSource _stopping = new();

    /// <summary>What every publish is answered instead, when set.</summary>
    public PublishResult? PublishAnswer { get; set; }

    /// <summary>What every subscription is answered instead, when set.</summary>
    public StreamEnd? SubscribeAnswer { get; set; }

    public ConcurrentQueue<Update> Published { get; } = new();

    public ConcurrentQueue<Subscription> Subscriptions { get; } = new();

    public Task<HubHealth> CheckHealthAsync() => Task.FromResult(HubHealth.Healthy);

    public void Stop() => _stopping.Cancel();

    public void Dispose() => _stopping.Dispose();

    public Task<PublishResult> PublishAsync(Update update)
    {
        if (PublishAnswer is not null)
            return Task.FromResult(PublishAnswer);

        Published.Enqueue(update);
        lock (_lock)
        {
            var stored = new StoredUpdate(new Position(1, _history.Count), _history.Count, update.Id ?? Guid.NewGuid().ToString(), update);
            _history.Add(stored);
            _streams.ForEach(stream => stream.Writer.TryWrite(stored));
            return Task.FromResult<PublishResult>(new PublishResult.Stored(stored.Id));
        }
    }

    public async Task<StreamEnd> SubscribeAsync(Subscription subscription)
    {
        Subscriptions.Enqueue(subscription);
        if (SubscribeAnswer is { } answer)
            return answer;

        var updates = Open(subscription.LastEventId);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(subscription.Gone, _stopping.Token);
        if (subscription.EndsAt is { } endsAt)
            end.CancelAfter(endsAt - TimeProvider.System.GetUtcNow());

        var state = await WriteAsync(subscription, 0, subscription.Encoder.Opening);
        try
        {
            await foreach (var update in updates.Reader.ReadAllAsync(end.Token))
            {
                if (subscription.Grant.Allows(update.Update.Audience) && IsSubscribed(subscription, update.Update))
                    state = await WriteAsync(subscription, state, update.FrameFor(subscription.Encoder));
            }
        }
        catch (OperationCanceledException) when (!subscription.Gone.IsCancellationRequested)
        {
            await subscription.Output.WriteAsync(subscription.Encoder.Closing(state));
            return StreamEnd.TimeUp;
        }
        catch (OperationCanceledException)
        {
            return StreamEnd.ClientGone;
        }

        return StreamEnd.HubStopping;
    }

    private static async Task<ulong> WriteAsync(Subscription subscription, ulong state, Frame frame)
    {
        await subscription.Output.WriteAsync(frame.Bytes);
        return subscription.Encoder.Advance(state, frame);
    }

    private static bool IsSubscribed(Subscription subscription, Update update) =>
        subscription.Selectors.Any(selector => update.Topics.Any(selector.Matches));

    private Channel<StoredUpdate> Open(string? lastEventId)
    {
        var updates = Channel.CreateUnbounded<StoredUpdate>();
        lock (_lock)
        {
            var last = lastEventId is null ? -1 : _history.FindIndex(update => update.Id == lastEventId);
            if (last >= 0)
                _history.Skip(last + 1).ToList().ForEach(update => updates.Writer.TryWrite(update));
            _streams.Add(updates);
        }

        return updates;
    }
}
