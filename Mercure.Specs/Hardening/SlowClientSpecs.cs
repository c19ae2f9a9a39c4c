using Xunit;

namespace Mercure.Specs.Hardening;

/// <summary>Clients that take their time (slow-loris, CWE-400), or only half of a connection.</summary>
public sealed class SlowClientSpecs(AttackedHub hub) : IClassFixture<AttackedHub>
{
    private static readonly TimeSpan Drip = TimeSpan.FromMilliseconds(50);

    // Slow-loris: a head that comes byte by byte never ends, and each byte looks like life
    [Theory]
    [MemberData(nameof(AttackedGeneration.All), MemberType = typeof(AttackedGeneration))]
    public async Task Should_cut_a_head_that_drips(AttackedGeneration generation)
    {
        using var client = await RawClient.ConnectAsync(hub.Url);
        var answer = await DripAsync(client, generation.Subscribe("topic=t")[..20] + new string('a', 10_000));

        Assert.True(answer.Status is 408 or 0, answer.Text);
        await hub.AssertServesAsync(generation);
    }

    // R-U-Dead-Yet: the same with the body; the drip is faster than any lower bound of a rate that honest clients could keep
    [Theory]
    [MemberData(nameof(AttackedGeneration.All), MemberType = typeof(AttackedGeneration))]
    public async Task Should_cut_a_body_that_drips(AttackedGeneration generation)
    {
        using var client = await RawClient.ConnectAsync(hub.Url);
        await client.SendAsync(generation.PublishHead("Content-Length: 10000\r\n"));
        var answer = await DripAsync(client, "topic=t&data=" + new string('a', 10_000));

        Assert.True(answer.Status == 408, answer.Text);
        await hub.AssertServesAsync(generation);
    }

    [Theory]
    [MemberData(nameof(AttackedGeneration.All), MemberType = typeof(AttackedGeneration))]
    public async Task Should_cut_chunks_that_drip(AttackedGeneration generation)
    {
        using var client = await RawClient.ConnectAsync(hub.Url);
        await client.SendAsync(generation.PublishHead("Transfer-Encoding: chunked\r\n"));
        var answer = await DripAsync(client, string.Concat(Enumerable.Repeat("1;e\r\na\r\n", 2_000)));

        Assert.True(answer.Status == 408, answer.Text);
        await hub.AssertServesAsync(generation);
    }

    // RFC 9112, 9.6: a client that shut down its sending side may still read, or be dead; a stream to it must not stay for ever
    [Theory]
    [MemberData(nameof(AttackedGeneration.All), MemberType = typeof(AttackedGeneration))]
    public async Task Should_end_the_stream_of_a_client_that_closed_its_half(AttackedGeneration generation)
    {
        using var client = await RawClient.ConnectAsync(hub.Url);
        await client.SendAsync(generation.Subscribe("topic=t"));
        await client.ReadUntilAsync(":\n");
        client.HalfClose();

        await client.ReadToEndAsync();
        await Footprint.SubscribersAsync(hub, 0);
    }

    // Closed in the middle of everything: nothing waits for the rest
    [Theory]
    [MemberData(nameof(AttackedGeneration.All), MemberType = typeof(AttackedGeneration))]
    public async Task Should_let_go_of_a_request_that_ends_at_any_byte(AttackedGeneration generation)
    {
        var requests = new[]
        {
            generation.Publish("topic=t&data=x"),
            generation.PublishHead("Transfer-Encoding: chunked\r\n") + "e\r\ntopic=t&data=x\r\n0\r\n\r\n",
            generation.Subscribe("topic=t", "Last-Event-ID: x\r\n"),
        };
        foreach (var request in requests)
        {
            for (var length = 0; length <= request.Length; length += 7)
            {
                using var client = await RawClient.ConnectAsync(hub.Url);
                await client.SendAsync(request[..length]);
                client.HalfClose();
                Assert.All((await client.ReadToEndAsync()).Statuses, static status => Assert.InRange(status, 200, 499));
            }
        }

        await Footprint.SubscribersAsync(hub, 0);
        await hub.AssertServesAsync(generation);
    }

    // A client that asks and asks and never reads: its answers must not gather in memory
    [Theory]
    [MemberData(nameof(AttackedGeneration.All), MemberType = typeof(AttackedGeneration))]
    public async Task Should_stop_reading_from_a_client_that_reads_no_answer(AttackedGeneration generation)
    {
        const int Most = 256 << 20;
        using var client = await RawClient.ConnectAsync(hub.Url);
        var requests = string.Concat(Enumerable.Repeat("GET / HTTP/1.1\r\nHost: h\r\n\r\n", 2_000));
        var sent = 0;
        try
        {
            using var stuck = new CancellationTokenSource();
            while (sent < Most)
            {
                stuck.CancelAfter(TimeSpan.FromSeconds(1));
                await client.Stream.WriteAsync(System.Text.Encoding.Latin1.GetBytes(requests), stuck.Token);
                sent += requests.Length;
            }
        }
        catch (OperationCanceledException)
        {
            // It takes no more
        }

        Assert.InRange(sent, 1, Most - 1);
        await hub.AssertServesAsync(generation);
    }

    private static async Task<RawAnswer> DripAsync(RawClient client, string text)
    {
        var answer = client.ReadToEndAsync();
        using var drip = new PeriodicTimer(Drip, TimeProvider.System);
        for (var at = 0; at < text.Length && !answer.IsCompleted && await client.SendAsync(text[at..(at + 1)]); at++)
            await drip.WaitForNextTickAsync();
        return await answer;
    }
}
