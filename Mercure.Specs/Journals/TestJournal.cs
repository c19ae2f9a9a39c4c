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
    public static readonly string? PostgreSqlServer = System.Environment.GetEnvironmentVariable("MERCURE_SPECS_POSTGRESQL") is { Length: > 0 } server ? server : null;

    private readonly string? _database;

    private TestJournal(string? database) => _database = database;

    /// <summary>For <c>[MemberData]</c>: every database at hand that keeps the log over a restart.</summary>
    public static TheoryData<TestDatabase> Durable => PostgreSqlServer is null ? [TestDatabase.Sqlite] : [TestDatabase.Sqlite, TestDatabase.PostgreSql];

    public string Directory { get; } = System.IO.Directory.CreateTempSubdirectory("mercure-specs-").FullName;

    /// <summary>The SQLite file.</summary>
    public string File => Path.Combine(Directory, "updates.db");

    /// <summary>Null unless the journal is in PostgreSQL.</summary>
    public string? ConnectionString { get; private init; }

    /// <summary>The hub's settings for it.</summary>
    public required IReadOnlyList<(string Name, string Value)> Environment { get; init; }

    public static async Task<TestJournal> CreateAsync(TestDatabase database) => database switch
    {
        TestDatabase.Sqlite => Sqlite(),
        TestDatabase.Memory => new TestJournal(database: null) { Environment = [("MERCURE_JOURNAL", "memory")] },
        _ => await PostgreSqlAsync(PostgreSqlServer ?? throw new InvalidOperationException("MERCURE_SPECS_POSTGRESQL is not set.")),
    };

    public static TestJournal Sqlite() => new(database: null) { Environment = [("DB_PATH", "updates.db")] };

    public async ValueTask DisposeAsync()
    {
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
