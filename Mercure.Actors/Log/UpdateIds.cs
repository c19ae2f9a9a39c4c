using System.Buffers.Binary;
using System.Security.Cryptography;
using Mercure.Actors.Updates;

namespace Mercure.Actors.Log;

/// <summary>
/// The ids that the hub makes. Each reads as a random UUID (version 4, RFC 9562), but its 122 free bits are the update's
/// position (64) and the writer's nonce (58), encrypted under the log's key: any node, after any failover, finds the
/// update without a directory, and nobody else learns anything from an id.
/// </summary>
/// <remarks>
/// The cipher is a balanced Feistel network on two halves of 61 bits (Luby and Rackoff, with rounds to spare) whose round
/// function is SipHash-2-4, a keyed pseudo-random function (Aumasson and Bernstein, 2012). Immutable: safe from any thread.
/// </remarks>
internal sealed class UpdateIds
{
    /// <summary>Length of the key, in bytes.</summary>
    public const int KeySize = 16;

    private const int Rounds = 6;
    private const int HalfBits = 61;
    private const ulong HalfMask = (1UL << HalfBits) - 1;
    private const string UrnPrefix = "urn:uuid:";

    private readonly ulong _key0;
    private readonly ulong _key1;

    public UpdateIds(ReadOnlyMemory<byte> key)
    {
        if (key.Length != KeySize)
            throw new ArgumentException($"The id key has {key.Length} bytes instead of {KeySize}.", nameof(key));

        Key = key;
        _key0 = BinaryPrimitives.ReadUInt64LittleEndian(key.Span);
        _key1 = BinaryPrimitives.ReadUInt64LittleEndian(key.Span[8..]);
    }

    public ReadOnlyMemory<byte> Key { get; }

    public static byte[] NewKey() => RandomNumberGenerator.GetBytes(KeySize);

    /// <summary>The id of the update at this position, spelled as its generation does: bare by 0.7, <c>urn:uuid:</c> later.</summary>
    public string Encode(Position position, ulong epochNonce, Generation generation)
    {
        // 122 bits: position (64) above nonce (58), cut in two halves of 61.
        var high = (ulong)position.Value >> 3;
        var low = (((ulong)position.Value & 7) << Epoch.NonceBits) | epochNonce;
        for (var round = 0; round < Rounds; round++)
            (high, low) = (low, high ^ Round(round, low));

        var text = ToGuid(high, low).ToString("D");
        return generation == Generation.V07 ? text : UrnPrefix + text;
    }

    /// <summary>
    /// Where the update with this id stands, if it is one of this log's. Any UUID decodes to something: whoever asks
    /// compares the nonce with that of the row, and the spelling with that of the update.
    /// </summary>
    public bool TryDecode(string id, out Position position, out ulong epochNonce)
    {
        position = default;
        epochNonce = 0;
        var text = id.StartsWith(UrnPrefix, StringComparison.Ordinal) ? id.AsSpan(UrnPrefix.Length) : id;
        if (!Guid.TryParseExact(text, "D", out var guid) || !FromGuid(guid, out var high, out var low))
            return false;

        for (var round = Rounds - 1; round >= 0; round--)
            (high, low) = (low ^ Round(round, high), high);

        var value = (high << 3) | (low >> Epoch.NonceBits);
        if (value > long.MaxValue)
            return false;

        position = Position.FromValue((long)value);
        epochNonce = low & ((1UL << Epoch.NonceBits) - 1);
        return true;
    }

    /// <summary>SipHash-2-4 of one word: the round's number (3 bits) above the half (61 bits).</summary>
    private ulong Round(int round, ulong half)
    {
        const ulong LengthBlock = 8UL << 56;
        var word = ((ulong)round << HalfBits) | half;
        var state = new SipState(_key0, _key1);
        state.Absorb(word);
        state.Absorb(LengthBlock);
        return state.Finish() & HalfMask;
    }

    /// <summary>48 bits, version 4, 12 bits, variant 10, 62 bits: 122 bits around the fixed ones.</summary>
    private static Guid ToGuid(ulong high, ulong low)
    {
        // upper = the first 60 bits, lower = the last 62, of the 122.
        var upper = high >> 1;
        var lower = ((high & 1) << HalfBits) | low;
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, ((upper >> 12) << 16) | 0x4000 | (upper & 0xFFF));
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], 0x8000_0000_0000_0000 | lower);
        return new Guid(bytes, bigEndian: true);
    }

    private static bool FromGuid(Guid guid, out ulong high, out ulong low)
    {
        Span<byte> bytes = stackalloc byte[16];
        guid.TryWriteBytes(bytes, bigEndian: true, out _);
        var first = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        var second = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]);
        var upper = ((first >> 16) << 12) | (first & 0xFFF);
        var lower = second & 0x3FFF_FFFF_FFFF_FFFF;
        high = (upper << 1) | (lower >> HalfBits);
        low = lower & HalfMask;
        return (first & 0xF000) == 0x4000 && second >> 62 == 2;
    }

    private struct SipState(ulong key0, ulong key1)
    {
        private ulong _v0 = key0 ^ 0x736f6d6570736575;
        private ulong _v1 = key1 ^ 0x646f72616e646f6d;
        private ulong _v2 = key0 ^ 0x6c7967656e657261;
        private ulong _v3 = key1 ^ 0x7465646279746573;

        public void Absorb(ulong word)
        {
            _v3 ^= word;
            Mix();
            Mix();
            _v0 ^= word;
        }

        public ulong Finish()
        {
            _v2 ^= 0xff;
            Mix();
            Mix();
            Mix();
            Mix();
            return _v0 ^ _v1 ^ _v2 ^ _v3;
        }

        private void Mix()
        {
            _v0 += _v1;
            _v1 = ulong.RotateLeft(_v1, 13) ^ _v0;
            _v0 = ulong.RotateLeft(_v0, 32);
            _v2 += _v3;
            _v3 = ulong.RotateLeft(_v3, 16) ^ _v2;
            _v0 += _v3;
            _v3 = ulong.RotateLeft(_v3, 21) ^ _v0;
            _v2 += _v1;
            _v1 = ulong.RotateLeft(_v1, 17) ^ _v2;
            _v2 = ulong.RotateLeft(_v2, 32);
        }
    }
}
