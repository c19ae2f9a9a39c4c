namespace Mercure.Journal;

/// <summary>Which tables lie in which of the SQLite files.</summary>
internal static class SqliteSchema
{
    private const string Script = "sqlite.sql";

    private const string CountUniqueKeys =
        """
        SELECT count(*) FROM pragma_index_list('journal') AS list
        WHERE list."unique" AND NOT list.partial
          AND (SELECT group_concat(name) FROM pragma_index_info(list.name)) = 'persistence_id,sequence_number'
        """;

    public static readonly Schema Journal = new(Script, CountUniqueKeys, cure: null, "journal", "mercure_probes");

    public static readonly Schema Snapshots = new(Script, countUniqueKeys: null, cure: null, "snapshot");

    public static readonly Schema Index = new(Script, countUniqueKeys: null, cure: null, "mercure_update_ids", "mercure_update_id_watermarks");
}
