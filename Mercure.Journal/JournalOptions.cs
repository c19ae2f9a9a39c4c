namespace Mercure.Journal;

/// <summary>A database that can hold the log.</summary>
public enum JournalKind
{
    /// <summary>One file, embedded: the default.</summary>
    Sqlite,

    /// <summary>SQLite in memory: gone with the process, and bounded.</summary>
    Memory,

    PostgreSql,
    MariaDb,
    MySql,
    SqlServer,
}

/// <summary>Where the log is kept.</summary>
public sealed record JournalOptions
{
    public required JournalKind Kind { get; init; }

    /// <summary>The SQLite file; snapshots and the id index lie beside it.</summary>
    public string Path { get; init; } = "updates.db";

    /// <summary>ADO.NET connection string of a database server.</summary>
    public string? ConnectionString { get; init; }
}
