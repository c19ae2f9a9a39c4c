using Mercure.Specs.Examples;
using Xunit;

namespace Mercure.Specs.Protocol.V07;

/// <summary>Streams in gzip (RFC 1952, RFC 9110), as clients that are not ours read them from the socket.</summary>
public sealed class CompressionConformanceSpecs(HubFixture hub) : IClassFixture<HubFixture>
{
    private const string Last = "the last one";

    // http.get does not decode; gunzip fails when the trailer is missing or wrong
    private const string Node = """
        require('http').get(process.argv[1], { headers: { 'Accept-Encoding': 'gzip' } }, response => {
          if (response.headers['content-encoding'] !== 'gzip') process.exit(2);
          response.pipe(require('zlib').createGunzip().on('error', () => process.exit(3))).pipe(process.stdout);
        });
        """;

    private const string Python = """
        import sys, urllib.request, zlib
        request = urllib.request.Request(sys.argv[1], headers={'Accept-Encoding': 'gzip'})
        response, decoder = urllib.request.urlopen(request), zlib.decompressobj(31)
        assert response.headers['Content-Encoding'] == 'gzip'
        while some := response.read1():
            sys.stdout.buffer.write(decoder.decompress(some))
            sys.stdout.buffer.flush()
        sys.stdout.buffer.write(decoder.flush())
        assert decoder.eof and not decoder.unused_data
        """;

    private readonly string _topic = $"https://example.com/{Guid.NewGuid()}";

    // RFC 9110, 12.5.3 and 8.4
    [Fact]
    public async Task Should_compress_for_those_who_accept_it()
    {
        using var response = await SubscribeAsync(("Accept-Encoding", "gzip, deflate, br"));
        Assert.Equal("gzip", response.Content.Headers.ContentEncoding.Single());
        Assert.Equal("Accept-Encoding", response.Headers.Vary.Single());
        using var events = await EventStream.OfAsync(response);
        var data = string.Concat(Enumerable.Repeat("compressible ", 1000));

        Assert.Equal(":", await events.LineAsync());
        await hub.MustPublishAsync(("topic", _topic), ("data", data));
        Assert.Equal(data, (await events.NextAsync())!.Data);
        await hub.MustPublishAsync(("topic", _topic), ("data", "short"));
        Assert.Equal("short", (await events.NextAsync())!.Data);
    }

    [Fact]
    public async Task Should_not_compress_for_those_who_do_not_accept_it()
    {
        using var response = await SubscribeAsync(("Accept-Encoding", "gzip;q=0"));

        Assert.Empty(response.Content.Headers.ContentEncoding);
        Assert.Equal("Accept-Encoding", response.Headers.Vary.Single());
    }

    [Fact]
    public async Task Should_not_compress_when_compression_is_off()
    {
        await using var own = await new HubFixture
        {
            Settings = HubFixture.Default with { Streams = HubFixture.Default.Streams with { Compress = false } },
        }.StartedAsync();
        using var response = await own.SubscribeAsync("?topic=t", ("Accept-Encoding", "gzip"));

        Assert.Empty(response.Content.Headers.ContentEncoding);
        Assert.Empty(response.Headers.Vary);
    }

    [ExampleFact("node")]
    public Task Should_be_decoded_by_Node_to_its_end() => DecodesAsync("node", "-e", Node);

    [ExampleFact("python3")]
    public Task Should_be_decoded_by_Python_to_its_end() => DecodesAsync("python3", "-c", Python);

    [ExampleFact("curl")]
    public Task Should_be_decoded_by_curl_to_its_end() => DecodesAsync("curl", "--silent", "--show-error", "--no-buffer", "--compressed");

    /// <summary>The program sees each event as soon as it is published, and a whole gzip file when the hub stops.</summary>
    private static async Task DecodesAsync(string program, params string[] arguments)
    {
        await using var hub = await new HubFixture().StartedAsync();
        using var response = await hub.SubscribeAsync("?topic=t");
        using var plain = new GrowingText(await response.Content.ReadAsStreamAsync());
        using var decoder = OutputOf.Start(program, [.. arguments, $"{hub.Url}?topic=t"]);
        await decoder.Text.ContainsAsync(":\n");
        foreach (var data in Samples())
        {
            await hub.MustPublishAsync(("topic", "t"), ("data", data), ("type", "é"), ("retry", "10"));
            await decoder.Text.ContainsAsync(data[^Math.Min(data.Length, 40)..].Split('\n', '\r')[^1]);
        }

        await plain.ContainsAsync(Last);
        await hub.StopAsync();

        Assert.Equal((0, ""), await decoder.ExitAsync());
        Assert.Equal(await plain.ToEndAsync(), await decoder.Text.ToEndAsync());
    }

    private static IEnumerable<string> Samples()
    {
        var noise = new byte[300_000];
        new Random(1).NextBytes(noise);
        return ["1", "é 漢字 🎉", "a\r\nb\rc\n\nd", new string('x', 200_000), Convert.ToBase64String(noise), "short", Last];
    }

    private Task<HttpResponseMessage> SubscribeAsync(params (string Name, string Value)[] headers) =>
        hub.SubscribeAsync($"?topic={_topic}", headers);
}
