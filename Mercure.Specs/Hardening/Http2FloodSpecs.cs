using System.Buffers.Binary;
using Xunit;

namespace Mercure.Specs.Hardening;

/// <summary>Floods that need HTTP/2, over TLS as browsers speak it: the connection is ended, and nothing of it stays.</summary>
[Collection(GrowthCollection.Name)]
public sealed class Http2FloodSpecs : IAsyncLifetime
{
    private const long Bytes = 30 << 20;
    private const int Descriptors = 20;

    private readonly AttackedHub _hub = new() { IsSecure = true };
    private Footprint _before = null!;

    public async Task InitializeAsync()
    {
        await _hub.InitializeAsync();
        // The first handshake loads what stays
        await FloodAsync(1, static _ => Http2Frames.Get(1, "/healthz"));
        _before = Footprint.Now();
    }

    public Task DisposeAsync() => _hub.DisposeAsync();

    // Rapid reset (CVE-2023-44487): each stream is opened and cancelled at once, so that no limit of concurrent streams counts;
    // here every one of them is a subscriber with its actor and its stream
    [Theory]
    [MemberData(nameof(AttackedGeneration.All), MemberType = typeof(AttackedGeneration))]
    public async Task Should_survive_streams_that_are_reset_at_once(AttackedGeneration generation)
    {
        await FloodAsync(10_000, turn =>
        {
            var stream = (2 * turn) + 1;
            return [.. Http2Frames.Get(stream, generation.Path + "?topic=t"), .. Http2Frames.Reset(stream)];
        });

        await AssertRecoversAsync();
    }

    // The same, with time to become a subscriber in between
    [Theory]
    [MemberData(nameof(AttackedGeneration.All), MemberType = typeof(AttackedGeneration))]
    public async Task Should_survive_subscribers_that_are_reset_as_soon_as_they_are_open(AttackedGeneration generation)
    {
        using var client = await RawClient.ConnectHttp2Async(_hub.Url);
        await client.SendAsync(Http2Frames.Preface());
        for (var turn = 0; turn < 300; turn++)
        {
            var stream = (2 * turn) + 1;
            await client.SendAsync(Http2Frames.Get(stream, generation.Path + "?topic=t"));
            if (!await SeesHeadAsync(client, stream))
                break;
            await client.SendAsync(Http2Frames.Reset(stream));
        }

        client.Dispose();
        await AssertRecoversAsync();
    }

    // Settings, ping and empty-frame floods (CVE-2019-9515, -9512, -9518): each asks for an answer or for attention
    [Theory]
    [InlineData(Http2Frames.Settings, 0, 0)]
    [InlineData(Http2Frames.Ping, 0, 8)]
    [InlineData(Http2Frames.WindowUpdate, 0, 4)]
    [InlineData(Http2Frames.Data, 1, 0)]
    [InlineData(0xBB, 0, 16)]
    public async Task Should_survive_frames_without_end(byte type, int stream, int length)
    {
        var payload = new byte[length];
        if (type == Http2Frames.WindowUpdate)
            payload[3] = 1;
        var frame = Http2Frames.Of(type, 0, stream, payload);
        await FloodAsync(20_000, _ => frame);

        await AssertRecoversAsync();
    }

    // Continuation flood (VU#421644): a header block that never ends
    [Fact]
    public async Task Should_cut_a_header_block_that_never_ends()
    {
        var block = Http2Frames.Block(("x", new string('a', 8_000)));
        var (sent, taken) = await FloodAsync(2_000, turn => turn == 0
            ? Http2Frames.Of(Http2Frames.Headers, Http2Frames.EndStream, 1, block)
            : Http2Frames.Of(Http2Frames.Continuation, 0, 1, block));

        Assert.True(taken < sent, "16 MB of headers were taken.");
        await AssertRecoversAsync();
    }

    // HPACK bomb (CVE-2016-6581): a large value in the dynamic table, referred to again and again by one byte each
    [Fact]
    public async Task Should_refuse_headers_that_unpack_to_too_much()
    {
        byte[] entry = [0x40, 1, (byte)'x', .. Http2Frames.Block(("", new string('a', 3_900)))[2..]];
        byte[] references = [.. Enumerable.Repeat((byte)0xBE, 16_000 - entry.Length)];
        using var client = await RawClient.ConnectHttp2Async(_hub.Url);
        await client.SendAsync(Http2Frames.Preface());
        await client.SendAsync(Http2Frames.Of(Http2Frames.Headers, Http2Frames.EndStream | Http2Frames.EndHeaders, 1, [.. entry, .. references]));

        Assert.False(await SeesHeadAsync(client, stream: 1), "50 MB of headers were taken.");
        await AssertRecoversAsync();
    }

    // RFC 9113, 6.5.2: a client's window of nothing, or of one byte, must hold nothing but its own stream
    [Theory]
    [MemberData(nameof(AttackedGeneration.All), MemberType = typeof(AttackedGeneration))]
    public async Task Should_not_be_held_up_by_a_window_of_nothing(AttackedGeneration generation)
    {
        using var client = await RawClient.ConnectHttp2Async(_hub.Url);
        byte[] nothing = [0, 4, 0, 0, 0, 0];
        await client.SendAsync(Http2Frames.Preface());
        await client.SendAsync(Http2Frames.Of(Http2Frames.Settings, 0, 0, nothing));
        for (var stream = 1; stream < 200; stream += 2)
            await client.SendAsync(Http2Frames.Get(stream, generation.Path + "?topic=t"));
        for (var number = 0; number < 200; number++)
            await _hub.MustPublishAsync(("topic", "t"), ("data", new string('x', 10_000)));

        client.Dispose();
        await AssertRecoversAsync();
    }

    private async Task AssertRecoversAsync()
    {
        await _hub.MustPublishAsync(("topic", "after"), ("data", "x"));
        _hub.AssertNoFailure();
        await Footprint.SubscribersAsync(_hub, 0);
        await Footprint.ReturnsToAsync(_before, Bytes, Descriptors);
    }

    /// <summary>Sends as long as the hub takes it, reading meanwhile; how many frames were to be sent, and were.</summary>
    private async Task<(int Sent, int Taken)> FloodAsync(int count, Func<int, byte[]> frame)
    {
        using var client = await RawClient.ConnectHttp2Async(_hub.Url);
        await client.SendAsync(Http2Frames.Preface());
        using var stop = new CancellationTokenSource();
        var reading = DiscardAsync(client, stop.Token);
        var turn = 0;
        while (turn < count && !reading.IsCompleted && await client.SendAsync(frame(turn)))
            turn++;
        await stop.CancelAsync();
        await reading;
        return (count, turn);
    }

    private static async Task DiscardAsync(RawClient client, CancellationToken stop)
    {
        var buffer = new byte[64 << 10];
        try
        {
            while (await client.Stream.ReadAsync(buffer, stop) > 0)
            {
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The hub has had enough, or we have
        }
    }

    /// <summary>Reads frames up to the head of this stream; false at the connection's end.</summary>
    private static async Task<bool> SeesHeadAsync(RawClient client, int stream)
    {
        var head = new byte[9];
        var payload = new byte[1 << 14];
        using var timeout = new CancellationTokenSource(RawClient.Patience);
        try
        {
            while (true)
            {
                await client.Stream.ReadExactlyAsync(head, timeout.Token);
                var length = (head[0] << 16) | BinaryPrimitives.ReadUInt16BigEndian(head.AsSpan(1));
                await client.Stream.ReadExactlyAsync(payload.AsMemory(0, length), timeout.Token);
                if (head[3] == Http2Frames.Headers && BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(5)) == stream)
                    return true;
                if (head[3] == Http2Frames.GoAway)
                    return false;
            }
        }
        catch (Exception e) when (e is IOException)
        {
            return false;
        }
    }
}
