using System.Globalization;
using System.Text;
using FsCheck.Xunit;
using Mercure.Bench.Http;
using Xunit;

namespace Mercure.Specs.Bench;

public sealed class ChunkedReaderSpecs
{
    [Fact]
    public void Should_read_chunks_with_extensions_and_a_trailer_fed_byte_by_byte()
    {
        var reader = new ChunkedReader();
        var framed = "5\r\nhello\r\n00A;name=\"v\"\r\n, \r\nworld\n\r\n0\r\nDigest: x\r\n\r\nHTTP/1.1"u8.ToArray();

        var body = Read(reader, Pieces.Single(framed));

        Assert.Equal("hello, \r\nworld\n", body);
        Assert.True(reader.IsDone);
    }

    [Property]
    public bool Should_restore_any_body_however_chunks_and_pieces_are_cut(byte[] body, int[] chunks, int[] pieces)
    {
        var framed = new List<byte>();
        foreach (var chunk in Pieces.Cut(body, chunks).Where(c => c.Length > 0))
        {
            framed.AddRange(Encoding.ASCII.GetBytes(chunk.Length.ToString("X", CultureInfo.InvariantCulture) + "\r\n"));
            framed.AddRange(chunk);
            framed.AddRange("\r\n"u8);
        }

        framed.AddRange("0\r\n\r\n"u8);
        var reader = new ChunkedReader();
        return Read(reader, Pieces.Cut([.. framed], pieces)) == Encoding.Latin1.GetString(body) && reader.IsDone;
    }

    [Fact]
    public void Should_leave_what_follows_the_last_chunk()
    {
        var input = "1\r\na\r\n0\r\n\r\nnext"u8;
        var reader = new ChunkedReader();

        while (reader.TryRead(ref input, out _))
        {
        }

        Assert.Equal("next", Encoding.ASCII.GetString(input));
    }

    [Theory]
    [InlineData("zz\r\n")]
    [InlineData("\r\n")]
    [InlineData("1\r\nab")]
    [InlineData("fffffffffffffffff\r\n")]
    public void Should_refuse_what_is_no_chunked_framing(string framed) =>
        Assert.Throws<FormatException>(() => Read(new ChunkedReader(), [Encoding.ASCII.GetBytes(framed)]));

    private static string Read(ChunkedReader reader, IEnumerable<byte[]> pieces)
    {
        var body = new StringBuilder();
        foreach (var piece in pieces)
        {
            ReadOnlySpan<byte> input = piece;
            while (reader.TryRead(ref input, out var run))
                body.Append(Encoding.Latin1.GetString(run));
        }

        return body.ToString();
    }
}
