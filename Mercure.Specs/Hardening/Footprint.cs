using Akka.Actor;
using Mercure.Specs.Processes;
using Mercure.Specs.Protocol;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Mercure.Specs.Hardening;

/// <summary>What an attack leaves behind: memory, descriptors, actors.</summary>
/// <param name="Bytes">Managed, after a full collection.</param>
/// <param name="Descriptors">Of this process: sockets, files.</param>
internal sealed record Footprint(long Bytes, int Descriptors)
{
    private static readonly TimeSpan Patience = Eventually.Patience;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    public static Footprint Now() =>
        new(GC.GetTotalMemory(forceFullCollection: true), Directory.GetFileSystemEntries("/proc/self/fd").Length);

    /// <summary>Awaits the moment at which the hub has as many subscribers.</summary>
    public static Task SubscribersAsync(HubFixture hub, int count) => Eventually.IsTrueAsync(async () =>
    {
        var system = hub.Services.GetRequiredService<ActorSystem>();
        var supervisor = (ActorRefWithCell)await system.ActorSelection("/user/subscribers").ResolveOne(Patience);
        // The materializer of their streams is a child as well, but has a name
        return supervisor.Children.Count(static child => child.Path.Name.StartsWith('$')) == count;
    });

    /// <summary>Awaits the moment at which no more than this is in use beyond what was.</summary>
    public static async Task ReturnsToAsync(Footprint before, long bytes, int descriptors)
    {
        using var timeout = new CancellationTokenSource(Patience);
        using var timer = new PeriodicTimer(Pause);
        for (var now = Now(); now.Bytes - before.Bytes > bytes || now.Descriptors - before.Descriptors > descriptors; now = Now())
        {
            Assert.False(timeout.IsCancellationRequested, $"{before} became {now}: more than {bytes} bytes or {descriptors} descriptors stay.");
            await timer.WaitForNextTickAsync();
        }
    }
}
