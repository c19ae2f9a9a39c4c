using Mercure.Actors.Log;
using Mercure.Actors.Updates;

namespace Mercure.Actors.Catchup;

/// <summary>
/// What the hub needs of the journal's database beside Akka.Persistence: pages of the log, the index of publishers' ids,
/// and a probe. Safe from any thread; every failure is an exception, and the caller tries again.
/// </summary>
public interface IHubStore
{
    /// <summary>
    /// The rows from <paramref name="from"/> to <paramref name="to"/> in order, without a hole, at least one if one of
    /// them exists, and no more once <paramref name="maxBytes"/> of stored rows are reached. Rows already trimmed are left out.
    /// </summary>
    Task<IReadOnlyList<(long SequenceNumber, BatchWritten Batch)>> ReadAsync(long from, long to, long maxBytes, CancellationToken cancellation = default);

    /// <summary>How far the id index was written: every publisher's id up to this row is in it.</summary>
    Task<IndexWatermark> ReadWatermarkAsync(CancellationToken cancellation = default);

    /// <summary>Adds to the id index and moves its watermark, in one transaction.</summary>
    Task AddToIndexAsync(IReadOnlyList<IndexedId> ids, IndexWatermark watermark, CancellationToken cancellation = default);

    /// <summary>Empties the id index: the log it was made from is not this one.</summary>
    Task ClearIndexAsync(CancellationToken cancellation = default);

    /// <summary>
    /// Where the updates with a publisher's id of this hash stand that follow a position, earliest first, no more than
    /// <see cref="IndexedId.FoundAtOnce"/>; ids may share a hash.
    /// </summary>
    Task<IReadOnlyList<Position>> FindInIndexAsync(long hash, Position after, CancellationToken cancellation = default);

    /// <summary>Removes what trimmed rows brought.</summary>
    Task RemoveFromIndexAsync(IReadOnlyList<IndexedId> ids, CancellationToken cancellation = default);

    /// <summary>Writes to the journal's database, outside the log: fails when a publish would (disk full, read-only, locked, gone).</summary>
    Task ProbeAsync(CancellationToken cancellation = default);
}

/// <summary>A publisher's id in the index: a 64-bit hash of its text, and where the update stands.</summary>
public readonly record struct IndexedId(long Hash, Position Position)
{
    /// <summary>A publisher may give all its updates one id.</summary>
    public const int FoundAtOnce = 256;

    /// <summary>The hash that is stored: it never changes.</summary>
    public static long HashOf(string id)
    {
        var bytes = System.Text.Encoding.UTF8.GetBytes(id);
        return System.Buffers.Binary.BinaryPrimitives.ReadInt64BigEndian(System.Security.Cryptography.SHA256.HashData(bytes));
    }
}

/// <summary>How far the id index was written, with the nonce of that row's writer: it tells another log's index apart.</summary>
public readonly record struct IndexWatermark(long SequenceNumber, ulong EpochNonce);
