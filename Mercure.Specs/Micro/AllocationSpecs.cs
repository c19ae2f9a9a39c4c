using System.Diagnostics;
using Mercure.Bench.Micro;
using Xunit;

namespace Mercure.Specs.Micro;

/// <summary>
/// What each operation of docs/performance.md, Micro-benchmarks, may allocate. It does not depend on the machine's load: a change that
/// needs more says so here, and why in its commit.
/// </summary>
public sealed class AllocationSpecs
{
    private const int Rounds = 200;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static readonly Operations Operations = new();

    /// <summary>Bytes an operation: what was measured (x64), and a sixteenth for what a runtime's patch may change.</summary>
    public static TheoryData<string, long> Bounds => new()
    {
        { nameof(Operations.FindByTopic), 0 },
        { nameof(Operations.FindByTemplate), 0 },
        { nameof(Operations.MatchTemplate), 0 },
        { nameof(Operations.ParseTemplate), 620 },
        { nameof(Operations.FramePlain), 365 },
        { nameof(Operations.FrameGzip), 1071 },
        { nameof(Operations.PassKnownToken), 0 },
        { nameof(Operations.PassNewToken), 4675 },
        { nameof(Operations.RefuseForgedToken), 8491 },
        { nameof(Operations.ParseForm), 671 },
        { nameof(Operations.ParseQuery), 909 },
    };

    [Theory]
    [MemberData(nameof(Bounds))]
    public void Should_allocate_no_more_than_recorded(string operation, long bytes)
    {
        var run = typeof(Operations).GetMethod(operation)!;
        Func<object?> boxed = run.ReturnType == typeof(int) ? Boxed(run.CreateDelegate<Func<int>>(Operations))
            : run.ReturnType == typeof(bool) ? Boxed(run.CreateDelegate<Func<bool>>(Operations))
            : run.CreateDelegate<Func<object?>>(Operations);

        Assert.InRange(Allocated(boxed, bytes), 0, bytes);
    }

    /// <summary>Nothing is boxed: the result is looked at and dropped.</summary>
    private static Func<object?> Boxed<T>(Func<T> run)
        where T : struct => () =>
    {
        GC.KeepAlive(run().GetHashCode() == -1 ? run : null);
        return null;
    };

    /// <summary>
    /// The least of some runs. Code that was compiled in haste allocates more, so it runs until the runtime has compiled it again, or the spec's
    /// patience is at its end.
    /// </summary>
    private static long Allocated(Func<object?> operation, long bound)
    {
        var least = long.MaxValue;
        for (var watch = Stopwatch.StartNew(); least > bound && watch.Elapsed < Patience;)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var round = 0; round < Rounds; round++)
                GC.KeepAlive(operation());
            least = Math.Min(least, (GC.GetAllocatedBytesForCurrentThread() - before) / Rounds);
        }

        return least;
    }
}
