namespace Mercure.Specs.Matching;

/// <summary>What an object keeps from the collector, for specs that run alone.</summary>
internal static class KeptMemory
{
    private const int Measurements = 5;

    /// <summary>Bytes; the median, since what runs in the background may take or give back memory during any one measurement.</summary>
    public static long Of(Func<object> create) => Enumerable.Range(0, Measurements).Select(_ => Once(create)).Order().ElementAt(Measurements / 2);

    private static long Once(Func<object> create)
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var kept = create();
        var bytes = GC.GetTotalMemory(forceFullCollection: true) - before;
        GC.KeepAlive(kept);
        return bytes;
    }
}
