using Mercure.Actors.Authorization;
using Mercure.Actors.Hosting;
using Mercure.Actors.Subscribers;
using Mercure.Specs.Processes;
using Xunit;

namespace Mercure.Specs.Core;

/// <summary>A stream ends when nothing of what was sent is acknowledged any more, and not when its client is slow.</summary>
public sealed class SilentClientSpecs : IDisposable
{
    private const string Topic = "https://example.com/1";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Should_end_the_stream_of_a_client_that_acknowledges_nothing_for_three_heartbeats_and_no_other()
    {
        await using var hub = await StartAsync(minSilence: TimeSpan.Zero);
        var looks = 0;
        // Its acknowledgements are on their way, whenever it is looked at
        await using var slow = Connect(hub, () => TimeSpan.FromMilliseconds(1));
        // It does not read: the system asks for room now and then, and gets an answer
        await using var paused = Connect(hub, () => Interlocked.Increment(ref looks) % 3 == 0 ? null : TimeSpan.FromMinutes(2));
        await using var vanished = Connect(hub, () => TimeSpan.FromMinutes(2));

        Assert.Equal(StreamEnd.Unreachable, await vanished.Ended.WaitAsync(Patience));
        var seen = Volatile.Read(ref looks);
        await Eventually.IsTrueAsync(() => Volatile.Read(ref looks) > seen + 10, Patience, () => "The connection was looked at.");
        await hub.Hub.PublishAsync(CoreHub.UpdateOf("x", "1", Topic));
        await slow.UntilAsync(events => events.Count == 1);
        await paused.UntilAsync(events => events.Count == 1);
    }

    // Heartbeats may follow each other at once: a train's tunnel is no reason to end a stream
    [Fact]
    public async Task Should_keep_the_stream_for_the_least_time_however_short_the_heartbeats()
    {
        await using var hub = await StartAsync(minSilence: TimeSpan.FromHours(1));
        var looks = 0;
        await using var stream = Connect(hub, () => TimeSpan.FromMinutes(59 + (Interlocked.Increment(ref looks) % 2)));

        await Eventually.IsTrueAsync(() => Volatile.Read(ref looks) > 20, Patience, () => "The connection was looked at.");
        await hub.Hub.PublishAsync(CoreHub.UpdateOf("x", "1", Topic));
        await stream.UntilAsync(events => events.Count == 1);
    }

    private Task<CoreHub> StartAsync(TimeSpan minSilence) =>
        CoreHub.StartAsync(_directory.Sqlite, new HubOptions { HeartbeatInterval = TimeSpan.FromMilliseconds(50), MinSilence = minSilence });

    private static CoreStream Connect(CoreHub hub, Func<TimeSpan?> silence) =>
        new(hub.Hub.SubscribeAsync, lastEventId: null, reads: true, Grant.Everything, [Topic], subscription => subscription with { Silence = silence });
}
