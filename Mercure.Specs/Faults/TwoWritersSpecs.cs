using System.Collections.Concurrent;
using Mercure.Specs.Journals;
using Mercure.Specs.Processes;
using Xunit;
using Xunit.Abstractions;

namespace Mercure.Specs.Faults;

/// <summary>
/// Two hubs by mistake on one database, as after a deployment that did not end the old one: they hinder each other, but
/// what either acknowledged is in the one log, once.
/// </summary>
public sealed class TwoWritersSpecs(ITestOutputHelper output)
{
    private const string Topic = "https://example.com/two";
    private const int Rounds = 20;

    private static readonly TimeSpan Timeout = Eventually.Patience;

    public static TheoryData<TestDatabase> Servers => new(DatabaseServer.Startable);

    [DatabaseServerTheory]
    [MemberData(nameof(Servers))]
    public async Task Should_keep_what_either_acknowledged(TestDatabase database)
    {
        var journal = await TestJournal.CreateAsync(database);
        await using var setup = new HubSetup(journal, Outage.PublishTimeout);
        await using var otherSetup = new HubSetup(TestJournal.On(journal.ConnectionString!, database), Outage.PublishTimeout);
        await using var hub = await HubProcess.StartAsync(setup);
        using var publisher = new Publisher(setup.Hub);
        var first = await publisher.PublishAsync(Topic, "first");
        await using var other = await HubProcess.StartAsync(otherSetup);
        using var otherPublisher = new Publisher(otherSetup.Hub);

        var acknowledged = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var round = 0; round < Rounds; round++)
        {
            foreach (var (name, answer) in new[] { ($"{round} one", publisher), ($"{round} other", otherPublisher) }
                .Select(publish => (publish.Item1, publish.Item2.TryPublishAsync(Topic, publish.Item1))).ToList())
            {
                if ((await answer).Id is { } id)
                    acknowledged.Add(name, id);
            }
        }

        await hub.KillAsync();
        await other.IsHealthyAsync(Timeout);
        await otherPublisher.PublishAsync(Topic, "last");
        var history = await SseClient.ReplayAsync(otherSetup.Hub, Topic, first, "last", Timeout);

        output.WriteLine($"{acknowledged.Count} of {2 * Rounds} acknowledged");
        Assert.All(history.GroupBy(update => update.Data), same => Assert.Single(same));
        Assert.All(acknowledged, update => Assert.Contains(new SseEvent(update.Value, update.Key), history));
    }

    /// <summary>
    /// The former writer is frozen, perhaps in the middle of a write, whose row its successor wants too: the server ends what the
    /// frozen one has begun, and when that one wakes, its next write fails.
    /// </summary>
    [DatabaseServerTheory]
    [MemberData(nameof(Servers))]
    public async Task Should_take_over_from_a_writer_that_is_frozen(TestDatabase database)
    {
        var journal = await TestJournal.CreateAsync(database);
        await using var setup = new HubSetup(journal, Outage.PublishTimeout);
        await using var otherSetup = new HubSetup(TestJournal.On(journal.ConnectionString!, database), Outage.PublishTimeout);
        await using var hub = await HubProcess.StartAsync(setup);
        using var publisher = new Publisher(setup.Hub);
        using var otherPublisher = new Publisher(otherSetup.Hub);
        var acknowledged = new ConcurrentDictionary<string, string>(StringComparer.Ordinal);
        var first = await publisher.PublishAsync(Topic, "first");
        using var stop = new CancellationTokenSource();
        var load = Enumerable.Range(0, 4).Select(number => Task.Run(() => PublishAsync(setup.Hub, number, acknowledged, stop.Token))).ToList();
        await Eventually.IsTrueAsync(() => acknowledged.Count > 200, Timeout, () => "Two hundred acknowledged.");

        hub.Send(Signal.Stop);
        await using var other = await HubProcess.StartAsync(otherSetup);
        acknowledged["taken over"] = await otherPublisher.PublishAsync(Topic, "taken over");
        hub.Send(Signal.Continue);
        await stop.CancelAsync();
        await Task.WhenAll(load);
        await hub.KillAsync();
        await other.IsHealthyAsync(Timeout);
        await Eventually.IsTrueAsync(
            async () => (await otherPublisher.TryPublishAsync(Topic, "last")).Id is not null, Timeout, () => $"The other publishes.\n{other.Output}");

        var history = await SseClient.ReplayAsync(otherSetup.Hub, Topic, first, "last", Timeout);
        output.WriteLine($"{acknowledged.Count} acknowledged");
        Assert.All(history.Where(update => update.Data != "last").GroupBy(update => update.Data), same => Assert.Single(same));
        Assert.All(acknowledged, update => Assert.Contains(new SseEvent(update.Value, update.Key), history));
    }

    private static async Task PublishAsync(Uri hub, int number, ConcurrentDictionary<string, string> acknowledged, CancellationToken stop)
    {
        using var publisher = new Publisher(hub);
        for (var count = 0; !stop.IsCancellationRequested; count++)
        {
            if ((await publisher.TryPublishAsync(Topic, $"{number}-{count}")).Id is { } id)
                acknowledged[$"{number}-{count}"] = id;
        }
    }
}
