using System.Net;
using Mercure.Specs.Journals;
using Mercure.Specs.Processes;
using Xunit;
using Xunit.Abstractions;

namespace Mercure.Specs.Faults;

/// <summary>The database server crashes, freezes, or is not there yet.</summary>
public sealed class DatabaseServerFaultSpecs(ITestOutputHelper output)
{
    private static readonly TimeSpan Timeout = Eventually.Patience;

    public static TheoryData<TestDatabase> Servers => new(DatabaseServer.Startable);

    [DatabaseServerTheory]
    [MemberData(nameof(Servers))]
    public async Task Should_survive_that_the_server_crashes_and_comes_back(TestDatabase database)
    {
        await using var server = await DatabaseServer.StartedAsync(database);
        await using var setup = new HubSetup(TestJournal.On(server.ConnectionString, database), Outage.PublishTimeout);
        await using var hub = await HubProcess.StartAsync(setup);

        await Outage.IsSurvivedAsync(hub, begin: server.StopAsync, end: server.StartAsync, output);
    }

    [DatabaseServerTheory]
    [MemberData(nameof(Servers))]
    public async Task Should_survive_that_the_server_freezes(TestDatabase database)
    {
        await using var server = await DatabaseServer.StartedAsync(database);
        await using var setup = new HubSetup(TestJournal.On(server.ConnectionString, database), Outage.PublishTimeout);
        await using var hub = await HubProcess.StartAsync(setup);

        await Outage.IsSurvivedAsync(hub, begin: () => Task.Run(server.Freeze), end: () => Task.Run(server.Thaw), output);
    }

    [DatabaseServerTheory]
    [MemberData(nameof(Servers))]
    public async Task Should_keep_what_it_acknowledged_when_the_server_crashes_and_freezes_under_load(TestDatabase database)
    {
        await using var server = await DatabaseServer.StartedAsync(database);
        await using var setup = new HubSetup(TestJournal.On(server.ConnectionString, database), Outage.PublishTimeout);
        await using var hub = await HubProcess.StartAsync(setup);
        await using var run = new LoadRun(setup);
        await run.BeginAsync();
        await run.MoreAsync(200);
        await server.StopAsync();
        await server.StartAsync();
        await hub.IsHealthyAsync(Timeout);
        await run.MoreAsync(200);
        server.Freeze();
        await hub.HealthIsAsync(HttpStatusCode.ServiceUnavailable, Timeout);
        server.Thaw();
        await hub.IsHealthyAsync(Timeout);

        await run.MoreAsync(50);
        await run.CheckAsync();
        output.WriteLine($"{run.Acknowledged} acknowledged, {run.Unknown} not");
    }

    [DatabaseServerTheory]
    [MemberData(nameof(Servers))]
    public async Task Should_wait_for_a_server_that_is_not_there_at_the_start(TestDatabase database)
    {
        await using var server = await DatabaseServer.StartedAsync(database);
        await server.StopAsync();
        await using var setup = new HubSetup(TestJournal.On(server.ConnectionString, database), Outage.PublishTimeout);
        await using var hub = HubProcess.Launch(setup);
        await hub.HealthIsAsync(HttpStatusCode.ServiceUnavailable, HubProcess.StartTimeout);

        await server.StartAsync();
        output.WriteLine($"healthy after {await hub.IsHealthyAsync(HubProcess.StartTimeout)}");

        using var publisher = new Publisher(setup.Hub);
        await publisher.PublishAsync("https://example.com/late", "served");
    }
}
