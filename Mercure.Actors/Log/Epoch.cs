namespace Mercure.Actors.Log;

/// <summary>
/// One life of the hub's writer. It begins with a row of its own, and nothing is acknowledged before that row is
/// committed: the journal's unique key then stops the predecessor at its next write, be it frozen, partitioned or slow.
/// </summary>
/// <param name="Start">Sequence number of the row that began it: a greater one is a later writer.</param>
/// <param name="Nonce">58 random bits: tells writers apart whose rows have the same number, as after a restored backup.</param>
internal readonly record struct Epoch(long Start, ulong Nonce)
{
    /// <summary>Bits of a nonce.</summary>
    public const int NonceBits = 58;

    /// <summary>Before the first writer of a log.</summary>
    public static readonly Epoch None;

    /// <summary>A nonce for a new writer.</summary>
    public static ulong NewNonce()
    {
        Span<byte> bytes = stackalloc byte[8];
        System.Security.Cryptography.RandomNumberGenerator.Fill(bytes);
        return BitConverter.ToUInt64(bytes) >> (64 - NonceBits);
    }
}
