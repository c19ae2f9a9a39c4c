using System.Diagnostics;
using System.Threading.Channels;
using Mercure.Bench.Measure;

namespace Mercure.Bench.Load;

/// <summary>
/// The open loop's clock: hands out the intended time of each send when it has come, to whichever connection is free. With all
/// connections busy the times wait in line and age; none is dropped.
/// </summary>
internal sealed class Pacer
{
    private readonly Channel<long> _due = Channel.CreateUnbounded<long>(new UnboundedChannelOptions { SingleWriter = true });
    private readonly Thread _thread;
    private readonly double _rate;
    private volatile bool _stopped;

    public Pacer(double rate)
    {
        _rate = rate;
        _thread = new Thread(Run) { IsBackground = true, Name = "pacer" };
    }

    public ChannelReader<long> Due => _due.Reader;

    /// <summary>Sends whose time had come and that no connection was free for.</summary>
    public int Backlog => _due.Reader.Count;

    public void Start() => _thread.Start();

    public void Stop()
    {
        _stopped = true;
        if (_thread.IsAlive)
            _thread.Join();
        _due.Writer.TryComplete();
    }

    private void Run()
    {
        Nap.Prepare();
        var schedule = new Schedule(Stopwatch.GetTimestamp(), _rate);
        while (!_stopped)
        {
            while (schedule.TryTake(Stopwatch.GetTimestamp(), out var intended))
                _due.Writer.TryWrite(intended);
            Nap.Until(schedule.NextAt);
        }
    }
}
