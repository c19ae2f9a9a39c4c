using System.Data.Common;
using Mercure.Journal;
using Microsoft.Data.Sqlite;
using Npgsql;
using Xunit;

namespace Mercure.Specs.Journals;

/// <summary>Databases that specs are run on. PostgreSQL counts where <c>MERCURE_SPECS_POSTGRESQL</c> names a server.</summary>
public enum TestDatabase
{
    Sqlite,
    PostgreSql,
    Memory,
}

/// <summary>A journal of its own for one spec, removed afterwards; with a directory for whatever is kept in files.</summary>
public sealed class TestJournal : IAsyncDisposable
{
    /// <summary>Connection string of a PostgreSQL server where databases may be made; null without one.</summary>
    public static string? PostgreSqlServer => PostgreSqlSetting.Server;

    private readonly string? _database;
    private readonly bool _isMemory;

    private TestJournal(string? database = null, string? directory = null, bool isMemory = false)
    {
        _database = database;
        _isMemory = isMemory;
        Directory = directory ?? System.IO.Directory.CreateTempSubdirectory("mercure-specs-").FullName;
    }

    /// <summary>Every database at hand that keeps the log over a restart.</summary>
    public static IReadOnlyList<TestDatabase> DurableDatabases =>
        PostgreSqlServer is null ? [TestDatabase.Sqlite] : [TestDatabase.Sqlite, TestDatabase.PostgreSql];

    /// <summary>The same, for <c>[MemberData]</c>.</summary>
    public static TheoryData<TestDatabase> Durable => new(DurableDatabases);

    public string Directory { get; }

    /// <summary>The SQLite file.</summary>
    public string File => Path.Combine(Directory, "updates.db");

    /// <summary>Null unless the journal is in PostgreSQL.</summary>
    public string? ConnectionString { get; private init; }

    /// <summary>For a hub in this process.</summary>
    public JournalOptions Options => ConnectionString is not null
        ? new JournalOptions { Kind = JournalKind.PostgreSql, ConnectionString = ConnectionString }
        : new JournalOptions { Kind = _isMemory ? JournalKind.Memory : JournalKind.Sqlite, Path = File };

    /// <summary>The hub's settings for it.</summary>
    public required IReadOnlyList<(string Name, string Value)> Environment { get; init; }

    public static async Task<TestJournal> CreateAsync(TestDatabase database) => database switch
    {
        TestDatabase.Sqlite => Sqlite(),
        TestDatabase.Memory => new TestJournal(isMemory: true) { Environment = [("MERCURE_JOURNAL", "memory")] },
        _ => await PostgreSqlAsync(PostgreSqlServer ?? throw new InvalidOperationException("MERCURE_SPECS_POSTGRESQL is not set.")),
    };

    /// <param name="directory">For a file system of its own; by default a new directory.</param>
    public static TestJournal Sqlite(string? directory = null) => new(directory: directory) { Environment = [("DB_PATH", "updates.db")] };

    /// <summary>On a server that the spec has for itself.</summary>
    public static TestJournal On(string connectionString) => new()
    {
        ConnectionString = connectionString,
        Environment = [("MERCURE_JOURNAL", "postgresql"), ("MERCURE_JOURNAL_CONNECTION_STRING", connectionString)],
    };

    /// <summary>Straight to the database, past the hub.</summary>
    public async Task<DbConnection> ConnectAsync()
    {
        DbConnection connection = ConnectionString is null ? new SqliteConnection($"Data Source={File};Pooling=False") : new NpgsqlConnection(ConnectionString);
        await connection.OpenAsync();
        return connection;
    }

    public async ValueTask DisposeAsync()
    {
        if (System.IO.Directory.Exists(Directory))
            System.IO.Directory.Delete(Directory, recursive: true);
        if (_database is not null)
            await ExecuteAsync(PostgreSqlServer!, $"DROP DATABASE {_database} WITH (FORCE)");
    }

    private static async Task<TestJournal> PostgreSqlAsync(string server)
    {
        var database = $"specs_{Guid.NewGuid():N}";
        await ExecuteAsync(server, $"CREATE DATABASE {database}");
        var connectionString = new NpgsqlConnectionStringBuilder(server) { Database = database }.ConnectionString;
        return new TestJournal(database)
        {
            ConnectionString = connectionString,
            Environment = [("MERCURE_JOURNAL", "postgresql"), ("MERCURE_JOURNAL_CONNECTION_STRING", connectionString)],
        };
    }

    private static async Task ExecuteAsync(string server, string statement)
    {
        await using var source = NpgsqlDataSource.Create(server);
        await using var command = source.CreateCommand(statement);
        await command.ExecuteNonQueryAsync();
    }
}
