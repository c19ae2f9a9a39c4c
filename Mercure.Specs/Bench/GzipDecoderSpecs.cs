using System.IO.Compression;
using FsCheck.Xunit;
using Mercure.Bench.Http;

namespace Mercure.Specs.Bench;

public sealed class GzipDecoderSpecs
{
    [Property]
    public bool Should_decode_each_flushed_frame_as_soon_as_it_is_there(byte[][] frames, int[] sizes)
    {
        using var compressed = new MemoryStream();
        using var gzip = new GZipStream(compressed, CompressionLevel.Fastest);
        using var decoder = new GzipDecoder();
        foreach (var frame in frames.Where(f => f.Length > 0))
        {
            compressed.SetLength(0);
            gzip.Write(frame);
            gzip.Flush();

            if (!frame.SequenceEqual(Decode(decoder, Pieces.Cut(compressed.ToArray(), sizes))))
                return false;
        }

        return true;
    }

    private static List<byte> Decode(GzipDecoder decoder, IEnumerable<byte[]> pieces)
    {
        var decoded = new List<byte>();
        var buffer = new byte[16];
        foreach (var piece in pieces)
        {
            decoder.Feed(piece);
            for (int read; (read = decoder.Read(buffer)) > 0;)
                decoded.AddRange(buffer.AsSpan(0, read));
        }

        return decoded;
    }
}
