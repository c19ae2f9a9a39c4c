using LinqToDB;
using LinqToDB.Data;
using Microsoft.Data.Sqlite;

namespace Mercure.Journal;

/// <summary>
/// Whether an SQLite file is sound, asked before the hub writes into it: SQLite notices a damaged page only when it meets it,
/// and a hub that doesn't see the end of its log would write over it.
/// </summary>
internal static class SqliteIntegrity
{
    private const int Corrupt = 11;
    private const int NotADatabase = 26;

    /// <summary>A larger log is not read whole at each start, only its end: from a cold disk a gigabyte takes seconds.</summary>
    private const long WholeUpTo = 256 << 20;

    /// <summary>Seen through the unique key, the newest row is the same that was stored last.</summary>
    private const string CountDifferentEnds =
        """
        SELECT count(*) FROM (SELECT persistence_id AS id, sequence_number AS newest FROM journal ORDER BY ordering DESC LIMIT 1)
        WHERE newest <> (SELECT max(sequence_number) FROM journal WHERE persistence_id = id)
        """;

    /// <exception cref="JournalException">It is damaged, and was left as it was.</exception>
    public static void Check(DataOptions options, bool isLog)
    {
        var file = new SqliteConnectionStringBuilder(options.ConnectionOptions.ConnectionString).DataSource;
        try
        {
            using var db = new DataConnection(options);
            if (ProblemOf(db, isLog) is { } problem)
                throw Damaged(file, isLog, problem, inner: null);
        }
        catch (SqliteException e) when (e.SqliteErrorCode is Corrupt or NotADatabase)
        {
            throw Damaged(file, isLog, OneLine(e.Message), e);
        }
        catch (SqliteException e)
        {
            throw new JournalException($"The journal's file {file} can't be used: {e.Message}", e);
        }
    }

    private static string? ProblemOf(DataConnection db, bool isLog)
    {
        if (db.Execute<long>("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size") <= WholeUpTo)
            return db.Execute<string>("PRAGMA integrity_check(1)") is var result && result == "ok" ? null : OneLine(result);

        return isLog && db.Execute<long>(CountDifferentEnds) > 0 ? "its newest rows and their index differ" : null;
    }

    private static string OneLine(string text) => text.ReplaceLineEndings(" ");

    private static JournalException Damaged(string file, bool isLog, string problem, SqliteException? inner) => new(
        isLog
            ? $"The log in {file} is damaged ({problem}) and left as it is: restore a backup, or save what can be read with sqlite3's .recover."
            : $"The file {file} is damaged ({problem}): delete it; the hub makes it again from the log.",
        inner);
}
