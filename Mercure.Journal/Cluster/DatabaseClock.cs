using LinqToDB;

namespace Mercure.Journal.Cluster;

/// <summary>
/// The database's clock, as milliseconds since 1970, inside a statement: nodes compare times that one clock gave, so that
/// theirs may be wrong by hours.
/// </summary>
internal static class DatabaseClock
{
    [Sql.Expression(ProviderName.PostgreSQL, "(CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT))", ServerSideOnly = true)]
    [Sql.Expression(ProviderName.MySql, "(CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED))", ServerSideOnly = true)]
    [Sql.Expression(ProviderName.SqlServer, "(DATEDIFF_BIG(MILLISECOND, '1970-01-01', SYSUTCDATETIME()))", ServerSideOnly = true)]
    public static long Now() => throw new InvalidOperationException("Only the database can tell.");
}
