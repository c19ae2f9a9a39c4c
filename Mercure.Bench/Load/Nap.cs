using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Mercure.Bench.Load;

/// <summary>
/// Waits on a thread of its own until a moment, to some microseconds: timers of the runtime round to a millisecond, which would
/// be most of the latency that is measured.
/// </summary>
internal static partial class Nap
{
    private const int SetTimerSlack = 29;

    private static readonly ManualResetEventSlim Never = new(initialState: false);

    /// <summary>Once on the thread that will wait: Linux otherwise adds 50 µs to each wait, to gather wake-ups.</summary>
    public static void Prepare()
    {
        if (OperatingSystem.IsLinux())
            _ = PrCtl(SetTimerSlack, 1, 0, 0, 0);
    }

    public static void Until(long ticks)
    {
        var left = ticks - Stopwatch.GetTimestamp();
        if (left <= 0)
            return;
        var wait = TimeSpan.FromSeconds(Math.Min(0.1, (double)left / Stopwatch.Frequency));
        if (!OperatingSystem.IsLinux())
        {
            Never.Wait(wait);
            return;
        }

        var time = new TimeSpec { Nanoseconds = (nint)(wait.Ticks * 100) };
        _ = NanoSleep(in time, 0);
    }

    [LibraryImport("libc", EntryPoint = "nanosleep")]
    private static partial int NanoSleep(in TimeSpec time, nint remaining);

    [LibraryImport("libc", EntryPoint = "prctl")]
    private static partial int PrCtl(int option, nuint a, nuint b, nuint c, nuint d);

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public nint Seconds;
        public nint Nanoseconds;
    }
}
