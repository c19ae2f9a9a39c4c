using System.Buffers.Binary;
using System.Text;

namespace Mercure.Specs.Hardening;

/// <summary>Frames of HTTP/2 (RFC 9113, 4.1) and header blocks of literals (RFC 7541, 6.2.2), as no client library writes them.</summary>
internal static class Http2Frames
{
    public const byte Data = 0;
    public const byte Headers = 1;
    public const byte ResetStream = 3;
    public const byte Settings = 4;
    public const byte Ping = 6;
    public const byte GoAway = 7;
    public const byte WindowUpdate = 8;
    public const byte Continuation = 9;

    public const byte EndStream = 1;
    public const byte EndHeaders = 4;

    private static readonly byte[] Greeting = [.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, .. Of(Settings, 0, stream: 0, [])];

    public static byte[] Preface() => Greeting;

    public static byte[] Of(byte type, byte flags, int stream, ReadOnlySpan<byte> payload)
    {
        var frame = new byte[9 + payload.Length];
        frame[0] = (byte)(payload.Length >> 16);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(1), (ushort)payload.Length);
        frame[3] = type;
        frame[4] = flags;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), stream);
        payload.CopyTo(frame.AsSpan(9));
        return frame;
    }

    public static byte[] Reset(int stream) => Of(ResetStream, 0, stream, [0, 0, 0, 8]);

    public static byte[] Get(int stream, string path) => Of(Headers, EndStream | EndHeaders, stream, Block(
        (":method", "GET"), (":scheme", "https"), (":authority", "hub.example"), (":path", path)));

    /// <summary>Values of up to 16,000 bytes or so; nothing compressed, nothing indexed.</summary>
    public static byte[] Block(params (string Name, string Value)[] headers)
    {
        var block = new List<byte>();
        foreach (var (name, value) in headers)
        {
            block.Add(0);
            AddText(block, name);
            AddText(block, value);
        }

        return [.. block];
    }

    /// <summary>RFC 7541, 5.1: a prefix of 7 bits.</summary>
    private static void AddText(List<byte> block, string text)
    {
        var rest = text.Length;
        if (rest < 127)
        {
            block.Add((byte)rest);
        }
        else
        {
            block.Add(127);
            for (rest -= 127; rest >= 128; rest >>= 7)
                block.Add((byte)(rest | 128));
            block.Add((byte)rest);
        }

        block.AddRange(Encoding.Latin1.GetBytes(text));
    }
}
