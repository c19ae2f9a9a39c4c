using System.Data.Common;
using LinqToDB;
using LinqToDB.Data;
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

    /// <summary>
    /// Hashes fall on pages all over the index: a cache of 32 MiB instead of 2, and a checkpoint when as much was written, let a
    /// page be written once for many ids.
    /// </summary>
    private const string ScatteredWrites = "PRAGMA cache_size = -32768; PRAGMA wal_autocheckpoint = 8192;";

    private const string SqliteProvider = "SQLite.MS";

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

    /// <summary>Whether there is no server: statements are executed in this process, as far as their results are read.</summary>
    internal bool IsEmbedded => Provider == SqliteProvider;

    /// <exception cref="JournalException">The database can't be used; the message says why and what to do.</exception>
    public static JournalDatabases Open(JournalOptions options) => options.Kind switch
    {
        JournalKind.Sqlite => OpenFiles(options.Path),
        JournalKind.Memory => OpenMemory(),
        JournalKind.PostgreSql => OpenServer(ServerDialect.PostgreSql, options),
        JournalKind.MariaDb => OpenServer(ServerDialect.MariaDb, options),
        JournalKind.MySql => OpenServer(ServerDialect.MySql, options),
        JournalKind.SqlServer => OpenServer(ServerDialect.SqlServer, options),
        _ => throw new ArgumentOutOfRangeException(nameof(options), options.Kind, "No such journal."),
    };

    /// <summary>
    /// Makes sure, where that can be known at once, that the hub can work with them: the tables are there or are created, the
    /// files are sound. A server that is away is no reason not to start: it is checked when it comes.
    /// </summary>
    /// <exception cref="JournalException">They can't be used; the message says why and what to do.</exception>
    public void Check()
    {
        if (IsEmbedded)
        {
            SqliteIntegrity.Check(Journal, isLog: true);
            SqliteIntegrity.Check(Snapshots, isLog: false);
            SqliteIntegrity.Check(Index, isLog: false);
            return;
        }

        try
        {
            using var db = new DataConnection(Journal);
            db.Execute("SELECT 1");
        }
        catch (DbException)
        {
            // Away; the writer says so when it tries.
        }
    }

    public void Dispose()
    {
        _held.ForEach(held => held.Dispose());
        _held.Clear();
    }

    private static JournalDatabases OpenFiles(string path)
    {
        var held = SqliteFile.Hold(path);
        // Absolute: a relative one could mean something else to SQLite, such as ":memory:" or a "file:" URL
        var file = Path.GetFullPath(path);
        var databases = new JournalDatabases(
            Sqlite(file, "FULL", SqliteSchema.Journal),
            Sqlite(SqliteFile.SnapshotsOf(file), "NORMAL", SqliteSchema.Snapshots),
            Sqlite(SqliteFile.IndexOf(file), "NORMAL", SqliteSchema.Index, ScatteredWrites));
        databases._held.Add(held);
        return databases;
    }

    private static JournalDatabases OpenMemory()
    {
        var name = Guid.NewGuid().ToString("N");
        var journal = $"file:/{name}-journal?vfs=memdb";
        var snapshots = $"file:/{name}-snapshots?vfs=memdb";
        var index = $"file:/{name}-ids?vfs=memdb";
        var databases = new JournalDatabases(
            Sqlite(journal, "OFF", SqliteSchema.Journal),
            Sqlite(snapshots, "OFF", SqliteSchema.Snapshots),
            Sqlite(index, "OFF", SqliteSchema.Index));
        // A database in memory lives as long as a connection to it.
        databases.HoldOpen(journal);
        databases.HoldOpen(snapshots);
        databases.HoldOpen(index);
        return databases;
    }

    private void HoldOpen(string dataSource)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = dataSource }.ConnectionString);
        connection.Open();
        _held.Add(connection);
    }

    private static JournalDatabases OpenServer(ServerDialect dialect, JournalOptions options)
    {
        var connectionString = options.ConnectionString ?? throw new JournalException($"The {options.Kind} journal needs a connection string.");
        var server = new DataOptions()
            .UseConnectionString(dialect.Provider, Complete(dialect, options.Kind, connectionString))
            .UseInterceptor(new Session(dialect.Settings, connection => dialect.Check(connection, options.LargestRow)));
        return new JournalDatabases(server, server, server);
    }

    private static string Complete(ServerDialect dialect, JournalKind kind, string connectionString)
    {
        try
        {
            return dialect.Complete(connectionString);
        }
        catch (ArgumentException e)
        {
            // The message names a keyword or a place, not the password.
            throw new JournalException($"The connection string is not one for {kind}: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }

    /// <summary>
    /// In WAL mode FULL syncs at every commit: what is acknowledged survives a power cut. NORMAL, for what can be made again
    /// from the log, survives the end of the process.
    /// </summary>
    private static DataOptions Sqlite(string dataSource, string synchronous, Schema schema, string settings = "") =>
        // UseSQLite would leave the provider's name empty, and Akka.Persistence.Sql would retry for ever.
        new DataOptions()
            .UseConnectionString(
                SqliteProvider, new SqliteConnectionStringBuilder { DataSource = dataSource, DefaultTimeout = LockTimeout, Pooling = true }.ConnectionString)
            .UseInterceptor(new Session(
                $"PRAGMA journal_mode = WAL; PRAGMA synchronous = {synchronous}; PRAGMA busy_timeout = {LockTimeout}000; {settings}", schema.Ensure));
}
