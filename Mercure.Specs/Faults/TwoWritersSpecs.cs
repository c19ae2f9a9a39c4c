using Mercure.Specs.Journals;
using Mercure.Specs.Processes;
using Xunit;
using Xunit.Abstractions;

namespace Mercure.Specs.Faults;

/// <summary>
/// Two hubs by mistake on one database, as after a deployment that did not end the old one: they hinder each other, but
/// what either acknowledged is in the one log, once.
/// </summary>
[Collection(ProcessesCollection.Name)]
public sealed class TwoWritersSpecs(ITestOutputHelper output)
{
    private const string Topic = "https://example.com/two";
    private const int Rounds = 40;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    public static TheoryData<TestDatabase> Servers => new(DatabaseServer.Startable);

    [DatabaseServerTheory]
    [MemberData(nameof(Servers))]
    public async Task Should_keep_what_either_acknowledged(TestDatabase database)
    {
        var journal = await TestJournal.CreateAsync(database);
        await using var setup = new HubSetup(journal);
        await using var otherSetup = new HubSetup(TestJournal.On(journal.ConnectionString!, database));
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
}
