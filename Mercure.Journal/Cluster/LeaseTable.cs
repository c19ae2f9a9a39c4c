using LinqToDB;
using LinqToDB.Async;
using LinqToDB.Data;

namespace Mercure.Journal.Cluster;

/// <summary>
/// Leases in the journal's database. Every decision is one statement, so that two nodes can't both get one, and every time
/// is the database's.
/// </summary>
public sealed class LeaseTable(JournalDatabases databases)
{
    /// <summary>Takes a lease that nobody holds, that has expired, or that is the owner's already.</summary>
    /// <param name="name">Of the lease.</param>
    /// <param name="owner">Of one life of one node.</param>
    /// <param name="time">How long it is held unless it is taken again.</param>
    /// <param name="yielding">Owners that give way to this one, because they stand on the same side of a split.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>Its version; null when another holds it.</returns>
    public async Task<long?> AcquireAsync(
        string name, string owner, TimeSpan time, IReadOnlyCollection<string> yielding, CancellationToken cancellation = default)
    {
        await using var db = new DataConnection(databases.Journal);
        var milliseconds = (long)time.TotalMilliseconds;
        var taken = await db.GetTable<LeaseRow>()
            .Where(row => row.Name == name && (row.Owner == owner || row.Owner == "" || row.ExpiresAt < DatabaseClock.Now() || yielding.Contains(row.Owner)))
            .Set(row => row.Version, row => row.Owner == owner ? row.Version : row.Version + 1)
            .Set(row => row.ExpiresAt, row => DatabaseClock.Now() + milliseconds)
            .Set(row => row.Owner, owner)
            .UpdateAsync(cancellation);
        if (taken == 0 && !await InsertAsync(db, name, owner, milliseconds, cancellation))
            return null;

        return await db.GetTable<LeaseRow>()
            .Where(row => row.Name == name && row.Owner == owner)
            .Select(row => (long?)row.Version)
            .FirstOrDefaultAsync(cancellation);
    }

    /// <summary>Holds it for longer.</summary>
    /// <returns>Whether it was still held.</returns>
    public async Task<bool> RenewAsync(string name, string owner, long version, TimeSpan time, CancellationToken cancellation = default)
    {
        await using var db = new DataConnection(databases.Journal);
        var milliseconds = (long)time.TotalMilliseconds;
        return await Held(db, name, owner, version)
            .Set(row => row.ExpiresAt, row => DatabaseClock.Now() + milliseconds)
            .UpdateAsync(cancellation) == 1;
    }

    /// <summary>Lets go of it, if it is still held.</summary>
    public async Task ReleaseAsync(string name, string owner, long version, CancellationToken cancellation = default)
    {
        await using var db = new DataConnection(databases.Journal);
        await Held(db, name, owner, version).Set(row => row.Owner, "").UpdateAsync(cancellation);
    }

    private static IQueryable<LeaseRow> Held(DataConnection db, string name, string owner, long version) =>
        db.GetTable<LeaseRow>().Where(row => row.Name == name && row.Owner == owner && row.Version == version);

    /// <summary>The first one ever: of two at once, the key lets one through.</summary>
    private static async Task<bool> InsertAsync(DataConnection db, string name, string owner, long milliseconds, CancellationToken cancellation)
    {
        if (await db.GetTable<LeaseRow>().AnyAsync(row => row.Name == name, cancellation))
            return false;

        try
        {
            await db.GetTable<LeaseRow>()
                .Value(row => row.Name, name)
                .Value(row => row.Owner, owner)
                .Value(row => row.Version, 1)
                .Value(row => row.ExpiresAt, () => DatabaseClock.Now() + milliseconds)
                .InsertAsync(cancellation);
            return true;
        }
        catch (System.Data.Common.DbException) when (!cancellation.IsCancellationRequested)
        {
            // Somebody else was first, or the database is away; the caller asks again in either case.
            return false;
        }
    }
}
