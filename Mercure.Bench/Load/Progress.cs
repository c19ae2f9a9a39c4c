using System.Diagnostics;
using System.Globalization;

namespace Mercure.Bench.Load;

/// <summary>A line each second while a run lasts.</summary>
internal sealed class Progress(TextWriter output, Subscription subscription, Publishing publishing, Func<int> open) : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private Task _loop = Task.CompletedTask;

    public string Phase { get; set; } = "";

    public void Start(string phase)
    {
        Phase = phase;
        _loop = LoopAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        _stop.Dispose();
    }

    private async Task LoopAsync()
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1));
        var begun = Stopwatch.GetTimestamp();
        var last = (Ticks: begun, Deliveries: 0L, Publishes: 0L);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                var now = (Ticks: Stopwatch.GetTimestamp(), subscription.Deliveries, Publishes: publishing.Acknowledged);
                var seconds = Stopwatch.GetElapsedTime(last.Ticks, now.Ticks).TotalSeconds;
                await output.WriteLineAsync(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{Stopwatch.GetElapsedTime(begun).TotalSeconds,4:0}s {Phase}: {open():N0} subscribers, "
                    + $"{(now.Deliveries - last.Deliveries) / seconds:N0} deliveries/s, "
                    + $"{(now.Publishes - last.Publishes) / seconds:N0} publishes/s{Failures()}"));
                last = now;
            }
        }
        catch (OperationCanceledException)
        {
            // The run is over
        }
    }

    private string Failures() => publishing.Failed == 0
        ? ""
        : string.Create(CultureInfo.InvariantCulture, $", {publishing.Failed:N0} failed ({publishing.LastFailure})");
}
