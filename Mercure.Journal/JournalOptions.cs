using Mercure.Actors.Matcher;

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
    /// <summary>Around the updates of a row, of which there are 200 at most.</summary>
    private const int RowOverhead = 64 * 1024;

    public required JournalKind Kind { get; init; }

    /// <summary>The SQLite file; snapshots and the id index lie beside it.</summary>
    public string Path { get; init; } = "updates.db";

    /// <summary>ADO.NET connection string of a database server.</summary>
    public string? ConnectionString { get; init; }

    /// <summary>Bytes of the largest row that a hub may write, which a server must be able to take.</summary>
    public int LargestRow { get; init; } = LargestRowOf(maxRequestSize: 1024 * 1024);

    /// <param name="maxRequestSize">Bytes of the largest request to publish.</param>
    public static int LargestRowOf(int maxRequestSize) => Math.Max(maxRequestSize, (int)TopicMatcher.RowBytes) + RowOverhead;
}
