using Akka.Hosting;
using Akka.Persistence.Sql.Config;
using Mercure.Actors.Catchup;

namespace Mercure.Journal;

/// <summary>Configures Akka.Persistence.Sql for the hub.</summary>
public static class JournalHosting
{
    private const string JournalPlugin = "akka.persistence.journal.sql";
    private const string SnapshotPlugin = "akka.persistence.snapshot-store.sql";

    /// <summary>
    /// The journal and the snapshot store of this actor system, in these databases. The plugins' other settings are in
    /// <c>hocon/akka.conf</c>.
    /// </summary>
    public static AkkaConfigurationBuilder WithHubJournal(this AkkaConfigurationBuilder builder, JournalDatabases databases)
    {
        var options = new MultiDataOptionsSetup();
        options.AddDataOptions(JournalPlugin, databases.Journal);
        options.AddDataOptions(SnapshotPlugin, databases.Snapshots);
        return builder
            .AddSetup(options)
            .AddHocon(Akka.Persistence.Sql.SqlPersistence.DefaultConfiguration, HoconAddMode.Append)
            .AddHocon(
                $"""
                akka.persistence.journal.plugin = "{JournalPlugin}"
                akka.persistence.snapshot-store.plugin = "{SnapshotPlugin}"
                {JournalPlugin}.provider-name = "{databases.Provider}"
                {JournalPlugin}.auto-initialize = off
                {SnapshotPlugin}.provider-name = "{databases.Provider}"
                {SnapshotPlugin}.auto-initialize = off
                """,
                HoconAddMode.Prepend);
    }

    /// <summary>The store that reads what these plugins write.</summary>
    public static IHubStore CreateStore(JournalDatabases databases, string persistenceId) => new SqlHubStore(databases, persistenceId);
}
