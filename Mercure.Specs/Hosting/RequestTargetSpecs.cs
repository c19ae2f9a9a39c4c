using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using FsCheck;
using FsCheck.Xunit;
using Mercure.Http.Hosting.Server;
using Mercure.Specs.Hardening;
using Mercure.Specs.Protocol;
using Xunit;

namespace Mercure.Specs.Hosting;

/// <summary>
/// Clients that don't percent-encode what isn't ASCII in a URL (curl, PHP's streams, small devices) are read as the reference reads
/// them, wherever on a connection they do so, and nothing else is touched. Text on the wire is Latin-1 here: a character is a byte.
/// </summary>
public sealed class RequestTargetSpecs(AttackedHub hub) : IClassFixture<AttackedHub>
{
    private const string Last = "GET /last HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";

    private const string Name = "https://example.com/café/日本";

    private static readonly string Topic = Bytes(Name);

    [Theory]
    [MemberData(nameof(AttackedGeneration.All), MemberType = typeof(AttackedGeneration))]
    public async Task Should_read_a_target_in_UTF8(AttackedGeneration generation)
    {
        using var client = await RawClient.ConnectAsync(hub.Url);
        await client.SendAsync(generation.Subscribe($"topic={Topic}"));
        Assert.Equal(200, (await client.ReadUntilAsync(":\n")).Status);

        await RawClient.ExchangeAsync(hub.Url, generation.Publish($"topic={Uri.EscapeDataString(Name)}&data=found", "Connection: close\r\n"));

        await client.ReadUntilAsync("data: found\n");
    }

    [Fact]
    public async Task Should_read_a_target_that_arrives_byte_by_byte()
    {
        using var client = await RawClient.ConnectAsync(hub.Url);
        foreach (var character in $"\r\nGET /{Bytes("é")}?{Bytes("日")} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
            await client.SendAsync(character.ToString());

        Assert.Equal(404, (await client.ReadToEndAsync()).Status);
    }

    /// <summary>Kestrel consumes them at once, also when the line behind them has not arrived.</summary>
    [Fact]
    public async Task Should_not_take_empty_lines_for_the_beginning_of_a_request()
    {
        var pipe = new Pipe();
        var lines = new RequestLines(new Received(pipe), longest: 1024);
        await pipe.Writer.WriteAsync("\r\nGET /"u8.ToArray());
        var read = await lines.ReadAsync();
        lines.AdvanceTo(read.Buffer.GetPosition(2), read.Buffer.End);
        await pipe.Writer.WriteAsync("é HTTP/1.1\r\n"u8.ToArray());

        read = await lines.ReadAsync();

        Assert.Equal("GET /%C3%A9 HTTP/1.1\r\n", Encoding.ASCII.GetString(read.Buffer));
    }

    // Pipelined, with bodies that look like request lines and chunks: each request is what it is, whatever stands before it
    [Theory]
    [MemberData(nameof(AttackedGeneration.All), MemberType = typeof(AttackedGeneration))]
    public async Task Should_leave_everything_but_the_target_as_it_is(AttackedGeneration generation)
    {
        var line = $"GET /{Bytes("é")} HTTP/1.1\r\n";
        var form = $"topic={Topic}&data={line}Host: h\r\n\r\n";
        var chunked = generation.PublishHead("Transfer-Encoding: chunked\r\n") + $"{form.Length:x}\r\n{form}\r\n0\r\n\r\n";
        var get = $"{line}Host: h\r\nX: {Bytes("é")}\r\n\r\n";
        var publish = generation.PublishHead($"Content-Length: {form.Length}\r\n") + form;
        var answer = await RawClient.ExchangeAsync(hub.Url, string.Concat(Enumerable.Repeat(publish + get + chunked + get, 20)) + Last);

        int[] expected = [.. Enumerable.Repeat(new[] { 200, 404, 200, 404 }, 20).SelectMany(static statuses => statuses), 404];
        Assert.Equal(expected, answer.Statuses);
        hub.AssertNoFailure();
    }

    // The beginning of a read that isn't the beginning of a request
    [Theory]
    [MemberData(nameof(AttackedGeneration.All), MemberType = typeof(AttackedGeneration))]
    public async Task Should_not_take_the_rest_of_a_body_for_a_request(AttackedGeneration generation)
    {
        var rest = $"GET /{Bytes("é")} HTTP/1.1\r\nHost: h\r\n\r\n";
        using var client = await RawClient.ConnectAsync(hub.Url);
        await client.SendAsync(generation.PublishHead($"Content-Length: {14 + rest.Length}\r\nExpect: 100-continue\r\n"));
        // The hub waits for the body alone
        await client.ReadUntilAsync("100 Continue\r\n\r\n");
        await client.SendAsync("topic=t&data=x");
        await client.SendAsync(rest + Last);

        var answer = await client.ReadToEndAsync();
        Assert.Equal([200, 404], answer.Statuses);
    }

    [Fact]
    public async Task Should_say_that_a_target_is_not_UTF8()
    {
        var answer = await RawClient.ExchangeAsync(hub.Url, "GET /hub?topic=\xff HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");

        Assert.Equal(400, answer.Status);
        Assert.Contains("not valid UTF-8", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Should_read_a_path_of_HTTP2_in_UTF8()
    {
        await using var secure = await new HubFixture { IsSecure = true }.StartedAsync();
        using var client = await RawClient.ConnectHttp2Async(secure.Url);
        await client.SendAsync(Http2Frames.Preface());
        await client.SendAsync(Http2Frames.Get(1, $"/hub?topic={Topic}"));
        // Open once the first comment has come
        await client.ReadUntilAsync(":\n");

        await secure.MustPublishAsync(("topic", Name), ("data", "found"));

        await client.ReadUntilAsync("data: found\n");
    }

    [Property(MaxTest = 500)]
    public void Should_encode_what_is_not_ascii_and_nothing_else(NonEmptyString target, PositiveInt cut)
    {
        var line = Encoding.UTF8.GetBytes($"GET /{new string([.. target.Get.Where(static c => c is not (' ' or '\r' or '\n' or '%'))])} HTTP/1.1\r\n");
        byte[] received = [.. line, .. "Host: é\r\n\r\n"u8];

        var found = TargetEncoding.LineOf(InTwo(received, cut.Get % received.Length), int.MaxValue);
        var encoded = found.IsEmpty ? null : TargetEncoding.Encode(found);

        Assert.Equal(Ascii.IsValid(line), encoded is null);
        if (encoded is not null)
            Assert.Equal(Encoding.UTF8.GetString(line), Uri.UnescapeDataString(Encoding.ASCII.GetString(encoded)));
    }

    private static ReadOnlySequence<byte> InTwo(byte[] bytes, int cut)
    {
        var first = new Piece(bytes.AsMemory(0, cut));
        var last = first.Append(bytes.AsMemory(cut));
        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    /// <summary>Its UTF-8, a character a byte.</summary>
    private static string Bytes(string text) => Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public Piece(ReadOnlyMemory<byte> memory) => Memory = memory;

        public Piece Append(ReadOnlyMemory<byte> memory)
        {
            var next = new Piece(memory) { RunningIndex = RunningIndex + Memory.Length };
            Next = next;
            return next;
        }
    }

    private sealed class Received(Pipe pipe) : IDuplexPipe
    {
        public PipeReader Input => pipe.Reader;

        public PipeWriter Output => pipe.Writer;
    }
}
