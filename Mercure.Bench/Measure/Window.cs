namespace Mercure.Bench.Measure;

/// <summary>
/// The part of a run that counts, between warm-up and drain. A latency belongs to it when its update was (to be) sent in it,
/// whenever the answer comes: what arrives late must not fall out.
/// </summary>
internal sealed class Window
{
    private long _start = long.MaxValue;
    private long _end = long.MaxValue;

    public void Open(long now) => Volatile.Write(ref _start, now);

    public void Close(long now) => Volatile.Write(ref _end, now);

    public bool Contains(long ticks) => ticks >= Volatile.Read(ref _start) && ticks < Volatile.Read(ref _end);
}
