namespace Mercure.Actors.Updates;

/// <summary>
/// Bytes ready for the wire, the same for every subscriber with the same encoding. The checksum fields describe the
/// plain text, so that an encoding with a trailer (gzip, RFC 1952) can close a stream that is made of shared frames.
/// </summary>
/// <param name="Bytes">What is written to the connection.</param>
/// <param name="PlainLength">Length of the text before compression, in bytes.</param>
/// <param name="PlainCrc">CRC-32 of that text; 0 where the encoding has no trailer.</param>
/// <param name="CrcShift">x^(8·PlainLength) modulo the CRC polynomial; 0 where the encoding has no trailer.</param>
public sealed record Frame(ReadOnlyMemory<byte> Bytes, int PlainLength, uint PlainCrc = 0, uint CrcShift = 0);
