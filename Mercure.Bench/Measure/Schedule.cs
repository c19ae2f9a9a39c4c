using System.Diagnostics;

namespace Mercure.Bench.Measure;

/// <summary>
/// When each of an open loop's sends should happen. A send that cannot happen in time keeps its place and its time, so a hub
/// that stalls is charged for everything that should have been sent meanwhile (no coordinated omission).
/// </summary>
/// <param name="start">Stopwatch ticks of the first send.</param>
/// <param name="perSecond">Sends a second.</param>
internal sealed class Schedule(long start, double perSecond)
{
    private long _next;

    /// <summary>Stopwatch ticks of the n-th send, from 0; computed from the start, so that rounding does not add up.</summary>
    public long At(long index) => start + (long)(index * (Stopwatch.Frequency / perSecond));

    /// <summary>When the next send is due, or nothing to send before then.</summary>
    public long NextAt => At(_next);

    /// <summary>The intended time of the next send, if it has come; each is handed out once.</summary>
    public bool TryTake(long now, out long intended)
    {
        intended = At(_next);
        if (intended > now)
            return false;
        _next++;
        return true;
    }
}
