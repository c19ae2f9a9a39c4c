using Mercure.Bench.Http;
using Mercure.Bench.Measure;

namespace Mercure.Bench.Load;

/// <summary>What all publishers of a run share.</summary>
internal sealed class Publishing(RunSettings settings, HubAddress address, uint run, Window window)
{
    private long _acknowledged;
    private long _failed;
    private long _count = settings.Count;
    private long _started;
    private volatile bool _stopped;
    private volatile string? _lastFailure;

    public RunSettings Settings { get; } = settings;

    public HubAddress Address { get; } = address;

    public uint Run { get; } = run;

    public Window Window { get; } = window;

    /// <summary>The open loop's clock, or null in a closed loop.</summary>
    public Pacer? Pacer { get; } = settings.Rate > 0 ? new Pacer(settings.Rate) : null;

    public long Acknowledged => Volatile.Read(ref _acknowledged);

    public long Failed => Volatile.Read(ref _failed);

    public string? LastFailure => _lastFailure;

    /// <summary>Whether there is one more to send; each yes is one of <see cref="RunSettings.Count"/>.</summary>
    public bool TryStart() => !_stopped && (_count == 0 || Interlocked.Increment(ref _started) <= _count);

    /// <summary>So many more, by publishers that run again. Not in an open loop, whose clock has stopped.</summary>
    public void Restart(long count)
    {
        (_count, _started) = (count, 0);
        _stopped = false;
    }

    public void Succeeded() => Interlocked.Increment(ref _acknowledged);

    public void Fail(string reason)
    {
        Interlocked.Increment(ref _failed);
        _lastFailure = reason;
    }

    public void Stop()
    {
        _stopped = true;
        Pacer?.Stop();
    }
}
