using Akka.Actor;
using Mercure.Http.Cluster;
using Mercure.Journal;
using Mercure.Journal.Cluster;
using Mercure.Specs.Journals;
using Mercure.Specs.Processes;

namespace Mercure.Specs.Clustering;

/// <summary>Who founds a cluster is the database's to say, whatever else is away.</summary>
public sealed class BootstrapSpecs
{
    private const string Config = """
        akka {
          loglevel = WARNING
          actor.provider = cluster
          remote.dot-netty.tcp { hostname = "127.0.0.1", port = 0 }
        }
        """;

    private static readonly TimeSpan Timeout = Eventually.Patience;

    [ClusterFact]
    public async Task Should_found_a_cluster_while_nobody_can_be_looked_up()
    {
        await using var journal = await TestJournal.CreateAsync(TestDatabase.PostgreSql);
        using var databases = JournalDatabases.Open(journal.Options);
        databases.Check();
        using var system = ActorSystem.Create("mercure", Config);
        var up = new TaskCompletionSource();
        Akka.Cluster.Cluster.Get(system).RegisterOnMemberUp(up.SetResult);

        system.ActorOf(Bootstrap.Props(new NodeTable(databases, "default"), new LeaseTable(databases), "hub/default/founder", new AwayContacts()));

        await up.Task.WaitAsync(Timeout);
        await system.Terminate();
    }

    private sealed class AwayContacts : IContactPoints
    {
        public Task<IReadOnlyList<Address>> FindAsync(CancellationToken cancellation) => throw new TimeoutException("The name servers do not answer.");
    }
}
