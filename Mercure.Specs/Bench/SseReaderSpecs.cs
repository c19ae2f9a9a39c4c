using System.Text;
using FsCheck.Xunit;
using Mercure.Bench.Http;
using Xunit;

namespace Mercure.Specs.Bench;

public sealed class SseReaderSpecs
{
    private const string Stream =
        "\uFEFF:\nid: 1\ndata: a\n\n: heartbeat\r\nid:2\r\nevent: e\r\ndata: b\r\ndata:  c\r\n\r\nid: 3\rdata\r\rdata: last\n\nid: cut";

    private static readonly string[] Expected =
    [
        "id=1|data=a", "id=2|event=e|data=b|data= c", "id=3|data=", "data=last",
    ];

    [Fact]
    public void Should_read_events_fed_byte_by_byte()
    {
        Assert.Equal(Expected, Read(Pieces.Single(Encoding.UTF8.GetBytes(Stream))));
    }

    [Property]
    public bool Should_read_the_same_events_however_the_bytes_are_cut(int[] sizes) =>
        Expected.SequenceEqual(Read(Pieces.Cut(Encoding.UTF8.GetBytes(Stream), sizes)));

    [Fact]
    public void Should_take_crlf_cut_in_the_middle_as_one_line_end()
    {
        Assert.Equal(["data=a"], Read(["data: a\r"u8.ToArray(), "\n\r"u8.ToArray(), "\n"u8.ToArray()]));
    }

    private static List<string> Read(IEnumerable<byte[]> pieces)
    {
        var reader = new SseReader();
        var handler = new Collector();
        foreach (var piece in pieces)
            reader.Feed(piece, handler);
        return handler.Events;
    }

    private sealed class Collector : ISseHandler
    {
        private readonly List<string> _fields = [];

        public List<string> Events { get; } = [];

        public void OnField(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value) =>
            _fields.Add($"{Encoding.UTF8.GetString(name)}={Encoding.UTF8.GetString(value)}");

        public void OnEvent()
        {
            Events.Add(string.Join('|', _fields));
            _fields.Clear();
        }
    }
}
