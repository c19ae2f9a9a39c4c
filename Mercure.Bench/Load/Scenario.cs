using System.Diagnostics;
using Mercure.Bench.Http;
using Mercure.Bench.Measure;
using Mercure.Bench.Reports;

namespace Mercure.Bench.Load;

/// <summary>
/// One run: connect the subscribers, warm up, measure, drain, check. Subscribers are read by one thread; publishers run on the
/// runtime's sockets, so that the latency of a publish is not that of the queue before our own reader.
/// </summary>
internal sealed class Scenario : IAsyncDisposable
{
    private static readonly TimeSpan DrainCheck = TimeSpan.FromMilliseconds(20);

    private readonly RunSettings _settings;
    private readonly string _server;
    private readonly Subscription _subscription;
    private readonly Publishing _publishing;
    private readonly SubscriberConnection[] _subscribers;
    private readonly Publisher[] _publishers;
    private readonly ISubscriberPool _pool;
    private readonly Window _window = new();
    private readonly Progress _progress;

    public Scenario(RunSettings settings, HubAddress address, string server, TextWriter progress)
    {
        var run = (uint)Random.Shared.NextInt64(uint.MaxValue);
        _settings = settings;
        _server = server;
        _subscription = new Subscription(settings, address, run, _window);
        _publishing = new Publishing(settings, address, run, _window);
        _subscribers = [.. Enumerable.Range(0, settings.Subscribers).Select(i => new SubscriberConnection(_subscription, i))];
        _publishers = [.. Enumerable.Range(0, settings.Publishers).Select(i => new Publisher(_publishing, i))];
        if (settings.Lockstep)
            Array.ForEach(_subscription.Logs, log => log.Completed = key => _publishers[(int)(key >> 32)].Delivered());
        _pool = OperatingSystem.IsLinux() && !address.IsTls
            ? new EpollPool(address, _subscription, _subscribers, settings.Ramp)
            : new StreamPool(address, _subscription, _subscribers, settings.Ramp);
        _progress = new Progress(progress, _subscription, _publishing, _pool);
    }

    public async Task<RunResult> RunAsync(CancellationToken cancel)
    {
        var before = Resident();
        _progress.Start($"{_server}: connecting");
        var connecting = Stopwatch.GetTimestamp();
        await _pool.ConnectAllAsync(cancel);
        var connected = Stopwatch.GetElapsedTime(connecting);
        await Task.Delay(_settings.Settle, cancel);
        var after = Resident();

        foreach (var publisher in _publishers)
            await publisher.ConnectAsync(cancel);
        var measured = await PublishAsync(cancel);

        _progress.Phase = $"{_server}: draining";
        await DrainAsync(cancel);
        await _pool.DisposeAsync();
        _subscription.Faults.Lost = Lost();
        return Results.Of(_server, _settings, _subscription, _publishing, measured, Publishes(), connected, after - before);
    }

    public async ValueTask DisposeAsync()
    {
        await _progress.DisposeAsync();
        _publishing.Stop();
        await _pool.DisposeAsync();
        foreach (var publisher in _publishers)
            await publisher.DisposeAsync();
        Array.ForEach(_subscribers, subscriber => subscriber.Dispose());
    }

    private async Task<Snapshot> PublishAsync(CancellationToken cancel)
    {
        _publishing.Pacer?.Start();
        _progress.Phase = $"{_server}: warming up";
        var publishing = Task.WhenAll(_publishers.Select(publisher => Task.Run(() => publisher.RunAsync(cancel), cancel)));
        await Task.WhenAny(publishing, Task.Delay(_settings.Warmup, cancel));

        _progress.Phase = $"{_server}: measuring";
        var start = Snapshot.Take(_subscription, _publishing, _settings.Pid);
        _window.Open(start.Ticks);
        var end = _settings.Count > 0 ? Timeout.InfiniteTimeSpan : _settings.Duration;
        await Task.WhenAny(publishing, Task.Delay(end, cancel));
        var measured = Snapshot.Take(_subscription, _publishing, _settings.Pid);
        _window.Close(measured.Ticks);

        _publishing.Stop();
        await publishing.WaitAsync(cancel);
        return measured.Since(start);
    }

    private async Task DrainAsync(CancellationToken cancel)
    {
        var start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < _settings.Drain && !_subscribers.All(HasAll))
            await Task.Delay(DrainCheck, cancel);
    }

    private bool HasAll(SubscriberConnection subscriber)
    {
        for (var i = 0; i < _publishers.Length; i++)
        {
            if (!subscriber.Ledger.HasAll(i, _publishers[i].Ledger.SentAndAcknowledged(subscriber.Topic)))
                return false;
        }

        return true;
    }

    private long Lost() => _subscribers.Sum(subscriber => _publishers.Select((publisher, i) => subscriber.Ledger.Lost(
        i,
        publisher.Ledger.Sent(subscriber.Topic),
        sequence => publisher.Ledger.IsAcknowledged(subscriber.Topic, sequence))).Sum());

    private Latencies Publishes()
    {
        var all = new Latencies();
        Array.ForEach(_publishers, publisher => all.Add(publisher.Latencies));
        return all;
    }

    private long? Resident() => _settings.Pid is { } pid ? ProcStat.ResidentBytes(pid) : null;
}
