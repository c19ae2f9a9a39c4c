using LinqToDB.Mapping;

namespace Mercure.Journal.Cluster;

/// <summary>A lock that only one node holds, for as long as it says so again before it expires.</summary>
[Table("mercure_leases")]
internal sealed class LeaseRow
{
    [Column("name", Length = 255), PrimaryKey]
    public string Name { get; set; } = "";

    /// <summary>Empty when nobody holds it.</summary>
    [Column("owner", Length = 255, CanBeNull = false)]
    public string Owner { get; set; } = "";

    /// <summary>Grows with every change of owner: who holds an older one holds nothing.</summary>
    [Column("version")]
    public long Version { get; set; }

    /// <summary>By <see cref="DatabaseClock"/>.</summary>
    [Column("expires_at")]
    public long ExpiresAt { get; set; }
}

/// <summary>A node of a cluster: where others find it, and which cluster it is in.</summary>
[Table("mercure_cluster_nodes")]
internal sealed class NodeRow
{
    /// <summary>Name of the hub: nodes of other hubs in the same database are none of ours.</summary>
    [Column("hub", Length = 64), PrimaryKey(0)]
    public string Hub { get; set; } = "";

    /// <summary>As Akka spells it: <c>akka.tcp://mercure@10.0.0.1:25520</c>.</summary>
    [Column("address", Length = 255), PrimaryKey(1)]
    public string Address { get; set; } = "";

    /// <summary>One life of the process.</summary>
    [Column("incarnation")]
    public long Incarnation { get; set; }

    /// <summary>Which founding of the cluster it belongs to; 0 before it is a member, negative when it was removed.</summary>
    [Column("formation")]
    public long Formation { get; set; }

    /// <summary>By <see cref="DatabaseClock"/>.</summary>
    [Column("seen_at")]
    public long SeenAt { get; set; }
}
