using System.Diagnostics;
using System.Net;
using Mercure.Specs.Processes;
using Xunit;
using Xunit.Abstractions;

namespace Mercure.Specs.Faults;

/// <summary>
/// The journal goes away and comes back, whatever the cause: publishers are told within seconds, subscribers keep their
/// streams, the health check says so, and the hub recovers by itself, with what it acknowledged and nothing twice.
/// </summary>
internal static class Outage
{
    private const string Topic = "https://example.com/outage";
    private const int AtOnce = 20;

    /// <summary>What the hub's publish timeout is by default; a spec's hub is told to be as impatient.</summary>
    public static readonly (string Name, string Value) PublishTimeout = ("MERCURE_PUBLISH_TIMEOUT", "2s");

    /// <summary>Less than a database session's own limit of 15 s, so that the answer is the hub's; the rest is for a busy machine.</summary>
    private static readonly TimeSpan AnsweredWithin = TimeSpan.FromSeconds(12);

    private static readonly TimeSpan NoticedWithin = Eventually.Patience;
    private static readonly TimeSpan RecoveredWithin = Eventually.Patience;

    /// <param name="hub">Healthy.</param>
    /// <param name="begin">Takes the journal away.</param>
    /// <param name="end">Gives it back.</param>
    /// <param name="output">Where the times go.</param>
    /// <param name="size">Of an update's data, in bytes.</param>
    public static async Task IsSurvivedAsync(HubProcess hub, Func<Task> begin, Func<Task> end, ITestOutputHelper output, int size = 100)
    {
        var acknowledged = new List<string>();
        using var publisher = new Publisher(hub.Setup.Hub);
        var first = await publisher.PublishAsync(Topic, "first");
        await using var subscriber = await SseClient.OpenAsync(hub.Setup.Hub, Topic);

        await begin();
        await UntilRefusedAsync(publisher, acknowledged, size);
        await AreRefusedAsync(hub.Setup.Hub);
        output.WriteLine($"unhealthy after {await hub.HealthIsAsync(HttpStatusCode.ServiceUnavailable, NoticedWithin)}");
        Assert.False(subscriber.Ended.IsCompleted, "The subscriber lost its stream.");

        await end();
        output.WriteLine($"healthy again after {await hub.IsHealthyAsync(RecoveredWithin)}");
        await publisher.PublishAsync(Topic, "last");
        await subscriber.ReceivesAsync("last", NoticedWithin);
        Assert.False(subscriber.Ended.IsCompleted, "The subscriber lost its stream.");

        var history = await SseClient.ReplayAsync(hub.Setup.Hub, Topic, first, "last", NoticedWithin);
        Assert.Equal(history, subscriber.Events);
        // A refused update may be stored all the same, but once.
        Assert.All(history.GroupBy(update => update.Data), same => Assert.Single(same));
        Assert.Subset(history.Select(update => update.Id).ToHashSet(), acknowledged.ToHashSet());
    }

    /// <summary>Some publishes may still find room; then one is refused.</summary>
    private static async Task UntilRefusedAsync(Publisher publisher, List<string> acknowledged, int size)
    {
        for (var count = 0; count < 1000; count++)
        {
            var watch = Stopwatch.StartNew();
            var answer = await publisher.TryPublishAsync(Topic, $"{count} ".PadRight(size, 'x'));
            IsInTime(watch);
            if (answer.Id is null)
            {
                IsRefusal(answer);
                return;
            }

            acknowledged.Add(answer.Id);
        }

        Assert.Fail("A thousand publishes were acknowledged without a journal.");
    }

    /// <summary>Many at once, none of them may wait for another.</summary>
    private static async Task AreRefusedAsync(Uri hub)
    {
        var publishers = Enumerable.Range(0, AtOnce).Select(_ => new Publisher(hub)).ToList();
        var watch = Stopwatch.StartNew();
        var answers = await Task.WhenAll(publishers.Select((publisher, number) => publisher.TryPublishAsync(Topic, $"at once {number} ".PadRight(100_000, 'x'))));
        IsInTime(watch);
        Assert.All(answers, IsRefusal);
        publishers.ForEach(publisher => publisher.Dispose());
    }

    private static void IsRefusal(Publisher.Answer answer)
    {
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.Status);
        Assert.NotNull(answer.RetryAfter);
    }

    private static void IsInTime(Stopwatch watch) =>
        Assert.True(watch.Elapsed < AnsweredWithin, $"A publisher waited {watch.Elapsed.TotalSeconds} s for its answer.");
}
