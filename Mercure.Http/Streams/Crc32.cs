using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Mercure.Http.Streams;

/// <summary>
/// The CRC-32 of gzip (RFC 1952, section 8; polynomial 0xEDB88320 with the lowest bit as the highest power), and its
/// combination: the checksum of two texts from the checksums of each, without reading them again.
/// </summary>
/// <remarks>
/// A checksum is a polynomial over GF(2), and so is "append n zero bytes": x^(8n) modulo the CRC's own polynomial. So
/// crc(ab) = crc(a) · x^(8·|b|) + crc(b), where the sum is an exclusive or.
/// </remarks>
internal static class Crc32
{
    private const uint Polynomial = 0xEDB88320;

    /// <summary>x^0, the factor that changes nothing: the shift of an empty text.</summary>
    public const uint One = 0x80000000;

    /// <summary>x^8, the shift of one byte.</summary>
    private const uint OneByte = 0x00800000;

    /// <summary>Eight tables of 256: the effect of a byte that is followed by 0 to 7 more.</summary>
    private static readonly uint[] Tables = MakeTables();

    /// <summary>x^(8·2^n) for every bit of a length.</summary>
    private static readonly uint[] Powers = MakePowers();

    public static uint Of(ReadOnlySpan<byte> text)
    {
        var tables = Tables;
        var crc = uint.MaxValue;
        while (text.Length >= 8)
        {
            var low = crc ^ System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(text);
            var high = System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(text[4..]);
            crc = tables[0x700 | (low & 0xFF)] ^ tables[0x600 | ((low >> 8) & 0xFF)]
                ^ tables[0x500 | ((low >> 16) & 0xFF)] ^ tables[0x400 | (low >> 24)]
                ^ tables[0x300 | (high & 0xFF)] ^ tables[0x200 | ((high >> 8) & 0xFF)]
                ^ tables[0x100 | ((high >> 16) & 0xFF)] ^ tables[high >> 24];
            text = text[8..];
        }

        foreach (var octet in text)
        {
            crc = tables[(byte)crc ^ octet] ^ (crc >> 8);
        }

        return ~crc;
    }

    /// <summary>x^(8·length) modulo the polynomial.</summary>
    public static uint Shift(int length)
    {
        var shift = One;
        for (var bit = 0; length >> bit != 0; bit++)
        {
            if (((length >> bit) & 1) != 0)
                shift = Multiply(shift, Powers[bit]);
        }

        return shift;
    }

    /// <summary>The checksum of two texts; <paramref name="shift"/> is that of the second one's length.</summary>
    public static uint Combine(uint first, uint second, uint shift) => Multiply(first, shift) ^ second;

    /// <summary>The product of two polynomials modulo the CRC's own.</summary>
    public static uint Multiply(uint left, uint right) =>
        Pclmulqdq.IsSupported ? MultiplyCarryless(left, right) : MultiplyBitwise(left, right);

    internal static uint MultiplyBitwise(uint left, uint right)
    {
        uint product = 0;
        for (var bit = One; bit != 0; bit >>= 1)
        {
            // A mask instead of a branch, which would be mispredicted every other time
            product ^= right & (uint)-(int)((left & bit) != 0 ? 1 : 0);
            right = (right >> 1) ^ (Polynomial & (uint)-(int)(right & 1));
        }

        return product;
    }

    /// <summary>
    /// One instruction multiplies; what it leaves in the lower half, the powers from 32 up, is reduced as four bytes of a
    /// text would be.
    /// </summary>
    private static uint MultiplyCarryless(uint left, uint right)
    {
        var product = Pclmulqdq.CarrylessMultiply(
            Vector128.CreateScalar((ulong)left), Vector128.CreateScalar((ulong)right), 0).ToScalar() << 1;
        var tables = Tables;
        var low = (uint)product;
        return (uint)(product >> 32)
            ^ tables[0x300 | (low & 0xFF)] ^ tables[0x200 | ((low >> 8) & 0xFF)]
            ^ tables[0x100 | ((low >> 16) & 0xFF)] ^ tables[low >> 24];
    }

    private static uint[] MakeTables()
    {
        var tables = new uint[8 * 256];
        for (var octet = 0u; octet < 256; octet++)
        {
            var crc = octet;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ (Polynomial & (uint)-(int)(crc & 1));
            }

            tables[octet] = crc;
        }

        for (var index = 256; index < tables.Length; index++)
        {
            var before = tables[index - 256];
            tables[index] = tables[before & 0xFF] ^ (before >> 8);
        }

        return tables;
    }

    private static uint[] MakePowers()
    {
        var powers = new uint[32];
        powers[0] = OneByte;
        for (var bit = 1; bit < powers.Length; bit++)
        {
            powers[bit] = MultiplyBitwise(powers[bit - 1], powers[bit - 1]);
        }

        return powers;
    }
}
