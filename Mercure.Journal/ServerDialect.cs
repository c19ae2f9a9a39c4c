using System.Data.Common;
using Microsoft.Data.SqlClient;
using MySqlConnector;
using Npgsql;

namespace Mercure.Journal;

/// <summary>
/// How the hub uses one kind of database server. Sessions are set up so that the server ends what a frozen process has
/// begun: otherwise it holds an open insert for ever, and its successor waits for the unique key.
/// </summary>
/// <param name="Provider">linq2db's name of the provider.</param>
/// <param name="Script">The tables, in <c>docs/sql</c>.</param>
/// <param name="CountUniqueKeys">Query for the number of the journal's unique keys on (persistence_id, sequence_number).</param>
/// <param name="Settings">Statement for each session; null where the connection string says it all.</param>
/// <param name="Complete">Adds to the administrator's connection string what it leaves open.</param>
/// <param name="LargestStatement">Query for the bytes that a statement may have; null where no limit comes before the hub's own.</param>
internal sealed record ServerDialect(
    string Provider,
    string Script,
    string CountUniqueKeys,
    string? Settings,
    Func<string, string> Complete,
    string? LargestStatement = null)
{
    /// <summary>How long a connection may take, in seconds: a publisher is told within two.</summary>
    private const int ConnectTimeout = 2;

    /// <summary>How long a statement may take, in seconds.</summary>
    private const int StatementTimeout = 15;

    private const string CountMySqlKeys =
        """
        SELECT COUNT(*) FROM (
            SELECT index_name FROM information_schema.statistics
            WHERE table_schema = DATABASE() AND table_name = 'journal' AND non_unique = 0
            GROUP BY index_name
            HAVING GROUP_CONCAT(column_name ORDER BY seq_in_index) = 'persistence_id,sequence_number') unique_keys
        """;

    private const string CountPostgreSqlKeys =
        """
        SELECT count(*) FROM pg_index
        WHERE indrelid = 'journal'::regclass AND indisunique AND indisvalid AND indpred IS NULL AND indexprs IS NULL
          AND ARRAY(SELECT attname::text FROM pg_attribute WHERE attrelid = indrelid AND attnum = ANY (indkey) ORDER BY attname)
              = ARRAY['persistence_id', 'sequence_number']
        """;

    private const string CountSqlServerKeys =
        """
        SELECT COUNT(*) FROM (
            SELECT i.index_id FROM sys.indexes i
            JOIN sys.index_columns k ON k.object_id = i.object_id AND k.index_id = i.index_id AND k.is_included_column = 0
            JOIN sys.columns c ON c.object_id = k.object_id AND c.column_id = k.column_id
            WHERE i.object_id = OBJECT_ID('journal') AND i.is_unique = 1 AND i.has_filter = 0
            GROUP BY i.index_id
            HAVING STRING_AGG(c.name, ',') WITHIN GROUP (ORDER BY k.key_ordinal) = 'persistence_id,sequence_number') unique_keys
        """;

    public static readonly ServerDialect PostgreSql = new("PostgreSQL.15", "postgresql.sql", CountPostgreSqlKeys, Settings: null, CompletePostgreSql);

    public static readonly ServerDialect MariaDb = new(
        "MariaDB.10.MySqlConnector",
        "mariadb.sql",
        CountMySqlKeys,
        $"SET SESSION innodb_lock_wait_timeout = 4, SESSION idle_transaction_timeout = 2, SESSION max_statement_time = {StatementTimeout}",
        CompleteMySql,
        "SELECT @@max_allowed_packet");

    /// <summary>MySQL ends no idle transaction by itself: a frozen hub keeps its successor waiting until its connection breaks.</summary>
    public static readonly ServerDialect MySql =
        MariaDb with { Provider = "MySql.8.0.MySqlConnector", Settings = "SET SESSION innodb_lock_wait_timeout = 4" };

    /// <summary>Nor does SQL Server.</summary>
    public static readonly ServerDialect SqlServer = new(
        "SqlServer.2017", "sqlserver.sql", CountSqlServerKeys, "SET LOCK_TIMEOUT 4000; SET XACT_ABORT ON", CompleteSqlServer);

    /// <summary>Whether the tables are there, and statements with the largest row fit.</summary>
    /// <exception cref="JournalException">The server can't be used as it is.</exception>
    public void Check(DbConnection connection, int largestRow)
    {
        new Schema(Script, CountUniqueKeys, $": create the tables with docs/sql/{Script} and grant SELECT, INSERT, UPDATE and DELETE on them").Ensure(connection);
        if (LargestStatement is null)
            return;

        // The driver writes bytes as text, where some take two.
        var needed = 2L * largestRow;
        var allowed = Convert.ToInt64(Commands.Scalar(connection, LargestStatement), provider: null);
        if (allowed < needed)
        {
            throw new JournalException(
                $"The database's max_allowed_packet is {allowed} bytes, and the largest update needs {needed}: raise it there, or lower MERCURE_MAX_REQUEST_SIZE.");
        }
    }

    private static string CompletePostgreSql(string connectionString)
    {
        var builder = new NpgsqlConnectionStringBuilder(connectionString);
        var session = $"-c idle_in_transaction_session_timeout=2000 -c lock_timeout=4000 -c statement_timeout={StatementTimeout}000";
        builder.Options = string.IsNullOrEmpty(builder.Options) ? session : $"{session} {builder.Options}";
        if (!builder.ContainsKey("Timeout"))
            builder.Timeout = ConnectTimeout;

        return builder.ConnectionString;
    }

    private static string CompleteMySql(string connectionString)
    {
        var builder = new MySqlConnectionStringBuilder(connectionString);
        if (!builder.ContainsKey("Connection Timeout"))
            builder.ConnectionTimeout = ConnectTimeout;
        if (!builder.ContainsKey("Default Command Timeout"))
            builder.DefaultCommandTimeout = StatementTimeout;

        return builder.ConnectionString;
    }

    private static string CompleteSqlServer(string connectionString)
    {
        var builder = new SqlConnectionStringBuilder(connectionString);
        if (!builder.ShouldSerialize("Connect Timeout"))
            builder.ConnectTimeout = ConnectTimeout;
        if (!builder.ShouldSerialize("Command Timeout"))
            builder.CommandTimeout = StatementTimeout;

        return builder.ConnectionString;
    }
}
