using Akka.Hosting;
using Akka.Persistence.Sql.Config;
using Mercure.Actors.Catchup;
using Mercure.Actors.Hosting;

namespace Mercure.Journal;

/// <summary>Configures Akka.Persistence.Sql for the hub.</summary>
public static class JournalHosting
{
    /// <summary>
    /// The hub's journal and snapshot store in this actor system, in these databases: plugins of its own, which leave an
    /// application's alone. Their settings are in <c>hocon/journal.conf</c>.
    /// </summary>
    public static AkkaConfigurationBuilder WithHubJournal(this AkkaConfigurationBuilder builder, JournalDatabases databases)
    {
        var setup = builder.Setups.OfType<MultiDataOptionsSetup>().FirstOrDefault() ?? new MultiDataOptionsSetup();
        setup.AddDataOptions(HubOptions.JournalPlugin, databases.Journal);
        setup.AddDataOptions(HubOptions.SnapshotPlugin, databases.Snapshots);
        return builder
            .AddSetup(setup)
            .AddHocon(Defaults(), HoconAddMode.Prepend)
            .AddHocon(
                $"""
                {HubOptions.JournalPlugin}.provider-name = "{databases.Provider}"
                {HubOptions.SnapshotPlugin}.provider-name = "{databases.Provider}"
                """,
                HoconAddMode.Prepend);
    }

    /// <summary>The store that reads what these plugins write.</summary>
    public static IHubStore CreateStore(JournalDatabases databases, string persistenceId) => new SqlHubStore(databases, persistenceId);

    private static string Defaults()
    {
        using var stream = typeof(JournalHosting).Assembly.GetManifestResourceStream("hocon/journal.conf")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
