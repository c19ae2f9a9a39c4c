using System.Data.Common;
using Mercure.Journal;
using Mercure.Specs.Settings;
using Microsoft.Data.Sqlite;
using MySqlConnector;
using Npgsql;
using Xunit;

namespace Mercure.Specs.Journals;

/// <summary>
/// Databases that specs are run on. A server counts where <c>MERCURE_SPECS_POSTGRESQL</c> or <c>MERCURE_SPECS_MARIADB</c> names one.
/// </summary>
public enum TestDatabase
{
    Sqlite,
    PostgreSql,
    MariaDb,
    Memory,
}

/// <summary>A journal of its own for one spec, removed afterwards; with a directory for whatever is kept in files.</summary>
public sealed class TestJournal : IAsyncDisposable
{
    private TestJournal(TestDatabase kind, string? database = null, string? directory = null)
    {
        Kind = kind;
        Database = database;
        Directory = directory ?? System.IO.Directory.CreateTempSubdirectory("mercure-specs-").FullName;
    }

    /// <summary>Connection string of a PostgreSQL server where databases may be made; null without one.</summary>
    public static string? PostgreSqlServer => SpecSettings.PostgreSql;

    /// <summary>Every database server at hand.</summary>
    public static IReadOnlyList<TestDatabase> ServerDatabases =>
        [.. new[] { TestDatabase.PostgreSql, TestDatabase.MariaDb }.Where(database => ServerOf(database) is not null)];

    /// <summary>Every database at hand that keeps the log over a restart.</summary>
    public static IReadOnlyList<TestDatabase> DurableDatabases => [TestDatabase.Sqlite, .. ServerDatabases];

    /// <summary>The same, for <c>[MemberData]</c>.</summary>
    public static TheoryData<TestDatabase> Durable => new(DurableDatabases);

    public TestDatabase Kind { get; }

    /// <summary>Its name on the server, when it was made for this spec.</summary>
    public string? Database { get; }

    public string Directory { get; }

    /// <summary>The SQLite file.</summary>
    public string File => Path.Combine(Directory, "updates.db");

    /// <summary>Null unless the journal is on a server.</summary>
    public string? ConnectionString { get; private init; }

    /// <summary>For a hub in this process.</summary>
    public JournalOptions Options => new() { Kind = Enum.Parse<JournalKind>($"{Kind}"), Path = File, ConnectionString = ConnectionString };

    /// <summary>The hub's settings for it.</summary>
    public IReadOnlyList<(string Name, string Value)> Environment => Kind switch
    {
        TestDatabase.Sqlite => [("DB_PATH", "updates.db")],
        TestDatabase.Memory => [("MERCURE_JOURNAL", "memory")],
        _ => [("MERCURE_JOURNAL", Kind == TestDatabase.PostgreSql ? "postgresql" : "mariadb"), ("MERCURE_JOURNAL_CONNECTION_STRING", ConnectionString!)],
    };

    public static async Task<TestJournal> CreateAsync(TestDatabase database) =>
        database is TestDatabase.Sqlite or TestDatabase.Memory ? new TestJournal(database) : await OnServerAsync(database);

    /// <param name="directory">For a file system of its own; by default a new directory.</param>
    public static TestJournal Sqlite(string? directory = null) => new(TestDatabase.Sqlite, directory: directory);

    /// <summary>On a server that the spec has for itself.</summary>
    public static TestJournal On(string connectionString, TestDatabase database = TestDatabase.PostgreSql) => new(database) { ConnectionString = connectionString };

    /// <summary>Straight to the database, past the hub.</summary>
    public Task<DbConnection> ConnectAsync() => ConnectAsync(Kind, ConnectionString ?? $"Data Source={File};Pooling=False");

    /// <summary>Statements past the hub, of which there may be many in one text.</summary>
    public async Task ExecuteAsync(string statements)
    {
        await using var connection = await ConnectAsync();
        await ExecuteAsync(connection, statements);
    }

    public async ValueTask DisposeAsync()
    {
        if (System.IO.Directory.Exists(Directory))
            System.IO.Directory.Delete(Directory, recursive: true);
        if (Database is null)
            return;

        await using var server = await ConnectAsync(Kind, ServerOf(Kind)!);
        await ExecuteAsync(server, Kind == TestDatabase.PostgreSql ? $"DROP DATABASE {Database} WITH (FORCE)" : $"DROP DATABASE {Database}");
    }

    /// <summary>The same journal by another account.</summary>
    public TestJournal As(string user, string password) => new(Kind)
    {
        ConnectionString = new DbConnectionStringBuilder
        {
            ConnectionString = ConnectionString,
            [Kind == TestDatabase.PostgreSql ? "Username" : "User ID"] = user,
            ["Password"] = password,
        }.ConnectionString,
    };

    private static async Task<TestJournal> OnServerAsync(TestDatabase kind)
    {
        var server = ServerOf(kind) ?? throw new InvalidOperationException($"No {kind} server is named in the environment.");
        var database = $"specs_{Guid.NewGuid():N}";
        await using var connection = await ConnectAsync(kind, server);
        await ExecuteAsync(connection, $"CREATE DATABASE {database}");
        var connectionString = new DbConnectionStringBuilder { ConnectionString = server, ["Database"] = database }.ConnectionString;
        return new TestJournal(kind, database) { ConnectionString = connectionString };
    }

    private static string? ServerOf(TestDatabase database) => database switch
    {
        TestDatabase.PostgreSql => SpecSettings.PostgreSql,
        TestDatabase.MariaDb => SpecSettings.MariaDb,
        _ => null,
    };

    private static async Task<DbConnection> ConnectAsync(TestDatabase kind, string connectionString)
    {
        DbConnection connection = kind switch
        {
            TestDatabase.PostgreSql => new NpgsqlConnection(connectionString),
            TestDatabase.MariaDb => new MySqlConnection($"{connectionString};Allow User Variables=True"),
            _ => new SqliteConnection(connectionString),
        };
        await connection.OpenAsync();
        return connection;
    }

    private static async Task ExecuteAsync(DbConnection connection, string statements)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = statements;
        await command.ExecuteNonQueryAsync();
    }
}
