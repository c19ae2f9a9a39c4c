using LinqToDB;
using Microsoft.Data.Sqlite;

namespace Mercure.Journal;

/// <summary>
/// The databases behind one log: the journal, its snapshots, and the id index. One database on a server; three files with
/// SQLite, which lets one writer in at a time, so that the journal never waits for the others.
/// </summary>
public sealed class JournalDatabases : IDisposable
{
    /// <summary>How long a statement may wait for a lock, in seconds: a publisher is told within a second or two.</summary>
    private const int LockTimeout = 1;

    private readonly List<IDisposable> _held = [];

    private JournalDatabases(DataOptions journal, DataOptions snapshots, DataOptions index)
    {
        Journal = journal;
        Snapshots = snapshots;
        Index = index;
    }

    internal DataOptions Journal { get; }

    internal DataOptions Snapshots { get; }

    internal DataOptions Index { get; }

    /// <summary>linq2db's name of the provider.</summary>
    internal string Provider => Journal.ConnectionOptions.ProviderName!;

    /// <exception cref="JournalException">The database can't be used; the message says why and what to do.</exception>
    public static JournalDatabases Open(JournalOptions options) => options.Kind switch
    {
        JournalKind.Sqlite => OpenFiles(options.Path),
        JournalKind.Memory => OpenMemory(),
        JournalKind.PostgreSql => OpenServer("PostgreSQL.15", PostgreSqlSession(Required(options))),
        JournalKind.MariaDb => OpenServer("MariaDB.10.MySqlConnector", Required(options)),
        JournalKind.MySql => OpenServer("MySql.8.0.MySqlConnector", Required(options)),
        JournalKind.SqlServer => OpenServer("SqlServer.2016", Required(options)),
        _ => throw new ArgumentOutOfRangeException(nameof(options), options.Kind, "No such journal."),
    };

    public void Dispose()
    {
        _held.ForEach(held => held.Dispose());
        _held.Clear();
    }

    private static JournalDatabases OpenFiles(string path)
    {
        var held = SqliteFile.Hold(path);
        var databases = new JournalDatabases(
            Sqlite($"Data Source={path}", "FULL"),
            Sqlite($"Data Source={path}.snapshots", "NORMAL"),
            Sqlite($"Data Source={path}.ids", "NORMAL"));
        databases._held.Add(held);
        return databases;
    }

    private static JournalDatabases OpenMemory()
    {
        var name = Guid.NewGuid().ToString("N");
        var journal = $"Data Source=file:/{name}-journal?vfs=memdb";
        var snapshots = $"Data Source=file:/{name}-snapshots?vfs=memdb";
        var index = $"Data Source=file:/{name}-ids?vfs=memdb";
        var databases = new JournalDatabases(Sqlite(journal, "OFF"), Sqlite(snapshots, "OFF"), Sqlite(index, "OFF"));
        // A database in memory lives as long as a connection to it.
        databases.HoldOpen(journal);
        databases.HoldOpen(snapshots);
        databases.HoldOpen(index);
        return databases;
    }

    private void HoldOpen(string connectionString)
    {
        var connection = new SqliteConnection(connectionString);
        connection.Open();
        _held.Add(connection);
    }

    private static JournalDatabases OpenServer(string provider, string connectionString)
    {
        var server = new DataOptions().UseConnectionString(provider, connectionString);
        return new JournalDatabases(server, server, server);
    }

    /// <summary>
    /// In WAL mode FULL syncs at every commit: what is acknowledged survives a power cut. NORMAL, for what can be made again
    /// from the log, survives the end of the process.
    /// </summary>
    private static DataOptions Sqlite(string dataSource, string synchronous) =>
        // UseSQLite would leave the provider's name empty, and Akka.Persistence.Sql would retry for ever.
        new DataOptions()
            .UseConnectionString("SQLite.MS", $"{dataSource};Default Timeout={LockTimeout};Pooling=True")
            .UseInterceptor(new SqliteSession(synchronous));

    /// <summary>
    /// What the server does by itself with a session whose client is frozen: without it, a stopped process holds an open
    /// insert for ever and its successor waits for the unique key.
    /// </summary>
    private static string PostgreSqlSession(string connectionString)
    {
        var builder = new Npgsql.NpgsqlConnectionStringBuilder(connectionString);
        var session = "-c idle_in_transaction_session_timeout=2000 -c lock_timeout=4000 -c statement_timeout=15000";
        builder.Options = string.IsNullOrEmpty(builder.Options) ? session : $"{session} {builder.Options}";
        if (!builder.ContainsKey("Timeout"))
            builder.Timeout = 2;

        return builder.ConnectionString;
    }

    private static string Required(JournalOptions options) =>
        options.ConnectionString ?? throw new JournalException($"The {options.Kind} journal needs a connection string.");
}
