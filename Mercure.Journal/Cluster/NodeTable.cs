using LinqToDB;
using LinqToDB.Async;
using LinqToDB.Data;

namespace Mercure.Journal.Cluster;

/// <summary>
/// The nodes of a hub's cluster, in the journal's database: how they find each other without other infrastructure, and how
/// a node learns that the cluster went on without it. A cluster is known by the number of its founding (its formation), which is
/// the version of the lease under which it was founded: the greatest is the one that counts.
/// </summary>
public sealed class NodeTable(JournalDatabases databases, string hub)
{
    /// <summary>Rows of nodes that have not been seen for so long are removed.</summary>
    private static readonly TimeSpan Forgotten = TimeSpan.FromDays(1);

    /// <summary>A member that was seen lately.</summary>
    public sealed record Node(string Address, long Incarnation, long Formation);

    /// <summary>Enters a node that is no member yet, in place of its former life.</summary>
    public async Task EnterAsync(string address, long incarnation, CancellationToken cancellation = default)
    {
        await using var db = new DataConnection(databases.Journal);
        await db.GetTable<NodeRow>().Where(row => row.Hub == hub && row.Address == address).DeleteAsync(cancellation);
        await db.GetTable<NodeRow>()
            .Value(row => row.Hub, hub)
            .Value(row => row.Address, address)
            .Value(row => row.Incarnation, incarnation)
            .Value(row => row.Formation, 0)
            .Value(row => row.SeenAt, () => DatabaseClock.Now())
            .InsertAsync(cancellation);
        var ago = (long)Forgotten.TotalMilliseconds;
        await db.GetTable<NodeRow>().Where(row => row.Hub == hub && row.SeenAt < DatabaseClock.Now() - ago).DeleteAsync(cancellation);
    }

    /// <summary>Says that this life of the node goes on, in this formation (0 before it is a member).</summary>
    /// <returns>Whether it may: false when it was removed, or a later cluster was founded.</returns>
    public async Task<bool> SeenAsync(string address, long incarnation, long formation, CancellationToken cancellation = default)
    {
        await using var db = new DataConnection(databases.Journal);
        var seen = await db.GetTable<NodeRow>()
            .Where(row => row.Hub == hub && row.Address == address && row.Incarnation == incarnation && row.Formation >= 0)
            .Set(row => row.Formation, formation)
            .Set(row => row.SeenAt, row => DatabaseClock.Now())
            .UpdateAsync(cancellation);
        return seen == 1 && (formation == 0 || !await db.GetTable<NodeRow>().AnyAsync(row => row.Hub == hub && row.Formation > formation, cancellation));
    }

    /// <summary>Members seen within this time, of the latest formation.</summary>
    public async Task<IReadOnlyList<Node>> MembersAsync(TimeSpan within, CancellationToken cancellation = default)
    {
        await using var db = new DataConnection(databases.Journal);
        var ago = (long)within.TotalMilliseconds;
        var members = await db.GetTable<NodeRow>()
            .Where(row => row.Hub == hub && row.Formation > 0 && row.SeenAt >= DatabaseClock.Now() - ago)
            .Select(row => new Node(row.Address, row.Incarnation, row.Formation))
            .ToListAsync(cancellation);
        return members.FindAll(member => member.Formation == members.Max(other => other.Formation));
    }

    /// <summary>The cluster goes on without this life of a node: should it come back, it learns it here.</summary>
    public async Task RemoveAsync(string address, long incarnation, CancellationToken cancellation = default)
    {
        await using var db = new DataConnection(databases.Journal);
        await db.GetTable<NodeRow>()
            .Where(row => row.Hub == hub && row.Address == address && row.Incarnation == incarnation)
            .Set(row => row.Formation, -1)
            .UpdateAsync(cancellation);
    }
}
