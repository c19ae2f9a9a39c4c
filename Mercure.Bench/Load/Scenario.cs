using System.Diagnostics;
using Mercure.Bench.Http;
using Mercure.Bench.Measure;
using Mercure.Bench.Reports;

namespace Mercure.Bench.Load;

/// <summary>
/// One run: connect the subscribers, warm up, measure, let those who were held back catch up, drain, check. Subscribers are read
/// by one thread; publishers run on the runtime's sockets, so that the latency of a publish is not that of the queue before our own
/// reader.
/// </summary>
internal sealed class Scenario : IAsyncDisposable
{
    private const int ConnectingAtOnce = 256;

    private static readonly TimeSpan DrainCheck = TimeSpan.FromMilliseconds(5);

    private readonly RunSettings _settings;
    private readonly HubAddress _address;
    private readonly string _server;
    private readonly Subscription _subscription;
    private readonly Publishing _publishing;
    private readonly SubscriberConnection[] _subscribers;
    private readonly SubscriberConnection[] _readers;
    private readonly Publisher[] _publishers;
    private readonly Window _window = new();
    private readonly Progress _progress;
    private ISubscriberPool _pool;

    public Scenario(RunSettings settings, HubAddress address, string server, TextWriter progress, HubAddress? publishAddress = null)
    {
        var run = (uint)Random.Shared.NextInt64(uint.MaxValue);
        _settings = settings;
        _address = address;
        _server = server;
        _subscription = new Subscription(settings, address, run, _window) { KeepsIds = settings.Missed > 0 };
        _publishing = new Publishing(settings, publishAddress ?? address, run, _window);
        _readers = [.. Connections(settings.Subscribers, SubscriberRole.Reader), .. Connections(settings.Stalled, SubscriberRole.Stalled)];
        _subscribers = [.. _readers, .. Connections(settings.Bystanders, SubscriberRole.Bystander)];
        _publishers = [.. Enumerable.Range(0, settings.Publishers).Select(i => new Publisher(_publishing, i))];
        if (settings.Lockstep)
            Array.ForEach(_subscription.Logs, log => log.Completed = key => _publishers[(int)(key >> 32)].Delivered());
        _pool = NewPool(settings.Ramp, ConnectingAtOnce);
        _progress = new Progress(progress, _subscription, _publishing, () => _pool.Open);
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
        var caughtUp = await CatchUpAsync(cancel);
        await _pool.DisposeAsync();
        _subscription.Faults.Lost = Lost();
        return Results.Of(
            _server, _settings, _subscription, _publishing, new Measured(measured, Publishes(), connected, after - before, caughtUp));
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

    private IEnumerable<SubscriberConnection> Connections(int count, SubscriberRole role) =>
        Enumerable.Range(0, count).Select(i => new SubscriberConnection(_subscription, i, role));

    private ISubscriberPool NewPool(double ramp, int atOnce) => OperatingSystem.IsLinux() && !_address.IsTls
        ? new EpollPool(_address, _subscription, _subscribers, ramp, atOnce)
        : new StreamPool(_address, _subscription, _subscribers, ramp, atOnce);

    private async Task<Snapshot> PublishAsync(CancellationToken cancel)
    {
        _publishing.Pacer?.Start();
        _progress.Phase = $"{_server}: warming up";
        var publishing = RunPublishersAsync(cancel);
        await Task.WhenAny(publishing, Task.Delay(_settings.Warmup, cancel));

        _progress.Phase = $"{_server}: measuring";
        var start = Snapshot.Take(_subscription, _publishing, _settings.Pids);
        _window.Open(start.Ticks);
        var end = _settings.Count > 0 ? Timeout.InfiniteTimeSpan : _settings.Duration;
        await Task.WhenAny(publishing, Task.Delay(end, cancel));
        var measured = Snapshot.Take(_subscription, _publishing, _settings.Pids);
        _window.Close(measured.Ticks);

        _publishing.Stop();
        await publishing.WaitAsync(cancel);
        return measured.Since(start);
    }

    private Task RunPublishersAsync(CancellationToken cancel) =>
        Task.WhenAll(_publishers.Select(publisher => Task.Run(() => publisher.RunAsync(cancel), cancel)));

    /// <summary>Until everyone has everything; how long that took, where somebody was held back on purpose.</summary>
    private async Task<TimeSpan?> CatchUpAsync(CancellationToken cancel)
    {
        if (_settings.Missed > 0)
            await MissAsync(cancel);

        _progress.Phase = $"{_server}: draining";
        var start = Stopwatch.GetTimestamp();
        _pool.Resume();
        if (_settings.Missed > 0)
            await _pool.ConnectAllAsync(cancel);
        await DrainAsync(cancel);
        return _settings.Missed > 0 || _settings.Stalled > 0 ? Stopwatch.GetElapsedTime(start) : null;
    }

    /// <summary>All subscribers leave when they have everything, and updates are published meanwhile.</summary>
    private async Task MissAsync(CancellationToken cancel)
    {
        _pool.Resume();
        await DrainAsync(cancel);
        await _pool.DisposeAsync();
        if (_readers.Any(reader => reader.LastId.Length == 0))
            throw new InvalidOperationException("A subscriber received nothing before it left, so it has no id to come back with: measure for longer, or fewer topics.");
        Array.ForEach(_subscribers, subscriber => subscriber.ComeBack());
        _pool = NewPool(ramp: 0, atOnce: Math.Max(1, _subscribers.Length));

        _progress.Phase = $"{_server}: publishing while they are away";
        _publishing.Restart(_settings.Missed);
        await RunPublishersAsync(cancel);
    }

    private async Task DrainAsync(CancellationToken cancel)
    {
        var start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < _settings.Drain && !_readers.All(HasAll))
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

    private long Lost() => _readers.Sum(subscriber => _publishers.Select((publisher, i) => subscriber.Ledger.Lost(
        i,
        publisher.Ledger.Sent(subscriber.Topic),
        sequence => publisher.Ledger.IsAcknowledged(subscriber.Topic, sequence))).Sum());

    private Latencies Publishes()
    {
        var all = new Latencies();
        Array.ForEach(_publishers, publisher => all.Add(publisher.Latencies));
        return all;
    }

    private long? Resident() => _settings.Pids.Count > 0 ? _settings.Pids.Sum(ProcStat.ResidentBytes) : null;
}
