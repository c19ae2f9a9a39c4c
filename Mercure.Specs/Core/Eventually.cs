using Xunit;

namespace Mercure.Specs.Core;

/// <summary>Waits for what happens in the background.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    public static async Task TrueAsync(Func<Task<bool>> condition)
    {
        using var timeout = new CancellationTokenSource(Patience);
        using var timer = new PeriodicTimer(Pause);
        while (!await condition())
        {
            Assert.False(timeout.IsCancellationRequested, "It did not come true in time.");
            await timer.WaitForNextTickAsync();
        }
    }
}
