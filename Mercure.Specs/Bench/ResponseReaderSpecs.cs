using FsCheck.Xunit;
using Mercure.Bench.Http;
using Xunit;

namespace Mercure.Specs.Bench;

public sealed class ResponseReaderSpecs
{
    private static readonly byte[] Sized = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nabcd"u8.ToArray();
    private static readonly byte[] Chunked = "HTTP/1.1 503 Busy\r\ntransfer-encoding: chunked\r\nConnection: close\r\n\r\n2\r\nab\r\n2\r\ncd\r\n0\r\n\r\n"u8.ToArray();

    [Property]
    public void Should_read_responses_of_either_framing_one_after_the_other(int[] sizes)
    {
        var reader = new ResponseReader();

        Assert.True(ReadWhole(reader, Sized, sizes));
        Assert.Equal((200, "abcd", false), (reader.Head.Status, reader.Body, reader.Head.Closes));

        Assert.True(ReadWhole(reader, Chunked, sizes));
        Assert.Equal((503, "abcd", true), (reader.Head.Status, reader.Body, reader.Head.Closes));
    }

    [Fact]
    public void Should_be_complete_without_a_body()
    {
        Assert.True(new ResponseReader().Feed("HTTP/1.1 204 No Content\r\n\r\n"u8));
    }

    [Fact]
    public void Should_refuse_what_is_no_http_response()
    {
        Assert.Throws<FormatException>(() => new ResponseReader().Feed("SSH-2.0-OpenSSH\r\n\r\n"u8));
    }

    private static bool ReadWhole(ResponseReader reader, byte[] response, int[] sizes)
    {
        var complete = false;
        foreach (var piece in Pieces.Cut(response, sizes).Where(p => p.Length > 0))
        {
            Assert.False(complete);
            complete = reader.Feed(piece);
        }

        return complete;
    }
}
