using LinqToDB.Mapping;

namespace Mercure.Journal;

/// <summary>A row of the journal, as Akka.Persistence.Sql lays it out (its default mapping).</summary>
[Table("journal")]
internal sealed class JournalRow
{
    [Column("persistence_id")]
    public string PersistenceId { get; set; } = "";

    [Column("sequence_number")]
    public long SequenceNumber { get; set; }

    [Column("deleted")]
    public bool Deleted { get; set; }

    [Column("message")]
    public byte[] Message { get; set; } = [];
}

/// <summary>
/// The index of publishers' own ids, beside the journal: narrow, since it is written for every such update. Hub-generated
/// ids need none.
/// </summary>
[Table("mercure_update_ids")]
internal sealed class UpdateIdRow
{
    [Column("persistence_id", Length = 255), PrimaryKey(0)]
    public string PersistenceId { get; set; } = "";

    [Column("hash"), PrimaryKey(1)]
    public long Hash { get; set; }

    [Column("position"), PrimaryKey(2)]
    public long Position { get; set; }
}

/// <summary>How far the index was written.</summary>
[Table("mercure_update_id_watermarks")]
internal sealed class WatermarkRow
{
    [Column("persistence_id", Length = 255), PrimaryKey]
    public string PersistenceId { get; set; } = "";

    [Column("sequence_number")]
    public long SequenceNumber { get; set; }

    [Column("epoch_nonce")]
    public long EpochNonce { get; set; }
}

/// <summary>Written by the health check: a row that takes no part in anything.</summary>
[Table("mercure_probes")]
internal sealed class ProbeRow
{
    [Column("persistence_id", Length = 255), PrimaryKey]
    public string PersistenceId { get; set; } = "";

    /// <summary>Another number each time, so that something really is written.</summary>
    [Column("probe")]
    public long Probe { get; set; }
}
