using System.Diagnostics;
using Xunit;

namespace Mercure.Specs.Processes;

/// <summary>Waits for what another process does, or this one in the background: asks again until it is so, or the time is up.</summary>
public static class Eventually
{
    /// <summary>How long specs wait for an event. It takes a moment; a busy machine may take a minute. Only a spec that fails waits so long.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    /// <inheritdoc cref="IsTrueAsync(Func{bool}, TimeSpan, Func{string})"/>
    public static Task<TimeSpan> IsTrueAsync(Func<Task<bool>> condition) => IsTrueAsync(condition, Patience, () => "it did not come true.");

    /// <summary>Completes with how long it took.</summary>
    public static Task<TimeSpan> IsTrueAsync(Func<bool> condition, TimeSpan timeout, Func<string> otherwise) =>
        IsTrueAsync(() => Task.FromResult(condition()), timeout, otherwise);

    /// <inheritdoc cref="IsTrueAsync(Func{bool}, TimeSpan, Func{string})"/>
    public static async Task<TimeSpan> IsTrueAsync(Func<Task<bool>> condition, TimeSpan timeout, Func<string> otherwise)
    {
        var watch = Stopwatch.StartNew();
        while (!await condition())
        {
            if (watch.Elapsed > timeout)
                Assert.Fail($"Not within {timeout.TotalSeconds} s: {otherwise()}");

            await Task.Delay(Interval);
        }

        return watch.Elapsed;
    }
}
