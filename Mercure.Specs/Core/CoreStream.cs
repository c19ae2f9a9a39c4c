using System.Collections.Immutable;
using System.IO.Pipelines;
using System.Text;
using Mercure.Actors.Authorization;
using Mercure.Actors.Matching;
using Mercure.Actors.Subscribers;
using Mercure.Http.Streams;
using Mercure.Specs.Processes;
using Mercure.Specs.Streams;

namespace Mercure.Specs.Core;

/// <summary>One stream of a hub, over a pipe instead of a socket, and what came out of it.</summary>
internal sealed class CoreStream : IAsyncDisposable
{
    private static readonly TimeSpan Patience = Eventually.Patience;

    private readonly Pipe _pipe = new(new PipeOptions(pauseWriterThreshold: 4096, resumeWriterThreshold: 2048));
    private readonly CancellationTokenSource _gone = new();
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _reading;
    private ImmutableList<(string Id, string Data)> _events = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public CoreStream(Func<Subscription, Task<StreamEnd>> subscribe, string? lastEventId, bool reads, Grant grant, string[] selectors, Func<Subscription, Subscription>? with = null)
    {
        var subscription = new Subscription
        {
            Selectors = [.. selectors.Select(TopicSelector.Parse)],
            Grant = grant,
            Encoder = EventEncoders.Plain,
            Output = _pipe.Writer,
            Gone = _gone.Token,
            LastEventIds = lastEventId is null ? [] : [lastEventId],
        };
        Ended = subscribe(with?.Invoke(subscription) ?? subscription);
        _reading = reads ? ReadAsync() : ReadOpeningAsync();
        _ = Ended.ContinueWith(_ => _pipe.Writer.Complete(), TaskScheduler.Default);
    }

    public Task<StreamEnd> Ended { get; }

    /// <summary>The response head has arrived.</summary>
    public Task Opened => _opened.Task.WaitAsync(Patience);

    public IReadOnlyList<(string Id, string Data)> Events => Volatile.Read(ref _events);

    public IReadOnlyList<string> Data => [.. Events.Select(received => received.Data)];

    /// <summary>Waits for a state of what was received; a timeout shows the state.</summary>
    public async Task UntilAsync(Func<IReadOnlyList<(string Id, string Data)>, bool> reached)
    {
        using var timeout = new CancellationTokenSource(Patience);
        while (true)
        {
            var changed = Volatile.Read(ref _changed).Task;
            if (reached(Events))
                return;

            try
            {
                await changed.WaitAsync(timeout.Token);
            }
            catch (OperationCanceledException e)
            {
                throw new TimeoutException($"Only {Events.Count} events came, the last: {Events.LastOrDefault()}", e);
            }
        }
    }

    /// <summary>Goes on reading, when it was told to read the opening only.</summary>
    public Task StartReading() => ReadAsync();

    public async Task DisconnectAsync()
    {
        await _gone.CancelAsync();
        await Ended.WaitAsync(Patience);
    }

    public async ValueTask DisposeAsync()
    {
        await DisconnectAsync();
        await _reading;
        _gone.Dispose();
    }

    private async Task ReadOpeningAsync()
    {
        var opening = await _pipe.Reader.ReadAtLeastAsync(2);
        _pipe.Reader.AdvanceTo(opening.Buffer.GetPosition(2));
        _opened.TrySetResult();
    }

    private async Task ReadAsync()
    {
        using var lines = new StreamReader(_pipe.Reader.AsStream(), Encoding.UTF8);
        var parser = new SseParser();
        while (await lines.ReadLineAsync() is { } line)
        {
            if (line == ":")
                _opened.TrySetResult();

            if (parser.Line(line) is { } received)
            {
                Volatile.Write(ref _events, _events.Add((received.LastEventId, received.Data)));
                Interlocked.Exchange(ref _changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
            }
        }
    }
}
