using System.Text;
using Xunit;

namespace Mercure.Specs.Hardening;

/// <summary>What a client says that comes back, to itself or to others, as something else than it was (CWE-93, CWE-113, CWE-349, CWE-444).</summary>
public sealed class InjectionSpecs(AttackedHub hub) : IClassFixture<AttackedHub>
{
    // Response splitting: nothing of a request may end a header of the answer, nor stop the answer from being written
    [Theory]
    [InlineData("Origin: https://é.example")]
    [InlineData("Origin: https://a.example\u0001")]
    [InlineData("Origin: https://a.example\u007f")]
    [InlineData("Origin: \u00ff\u00fe")]
    [InlineData("Origin: https://a.example, https://b.example")]
    [InlineData("Origin: https://a.example\tX: y")]
    [InlineData("Last-Event-ID: é\u0001")]
    [InlineData("Accept-Encoding: \u0001")]
    [InlineData("Authorization: Bearer \u00e9")]
    [InlineData("Cookie: mercureAuthorization=\u00e9\u0001")]
    [InlineData("X-Forwarded-Host: a\u0001b")]
    [InlineData("X-Forwarded-For: \u00e9")]
    [InlineData("X-Forwarded-Proto: http\u0001")]
    public async Task Should_not_stumble_over_what_a_header_holds(string header)
    {
        foreach (var generation in AttackedGeneration.Served)
        {
            foreach (var request in new[] { generation.Subscribe("", Closing(header)), generation.Publish("topic=t&data=x", Closing(header)), Page(header), Preflight(generation, header) })
            {
                // UTF-8, as Kestrel reads it, and Latin-1, as older clients write it
                foreach (var encoding in new[] { Encoding.UTF8, Encoding.Latin1 })
                {
                    using var client = await RawClient.ConnectAsync(hub.Url);
                    await client.SendAsync(encoding.GetBytes(request));
                    var answer = await client.ReadToEndAsync();

                    hub.AssertNoFailure();
                    Assert.InRange(answer.Status, 200, 499);
                }
            }
        }
    }

    // What a page calls itself is not in the answer (the first is é in UTF-8)
    [Theory]
    [InlineData("https://\u00C3\u00A9.example")]
    [InlineData("https://a.example\u0001")]
    public async Task Should_not_repeat_an_origin_that_is_none(string origin)
    {
        var answer = await RawClient.ExchangeAsync(hub.Url, Page($"Origin: {origin}"));

        Assert.Equal(200, answer.Status);
        Assert.Contains("Access-Control-Allow-Origin: *\r\n", answer.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Access-Control-Allow-Credentials", answer.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("https://", answer.Text.Split("\r\n\r\n")[0], StringComparison.Ordinal);
    }

    // Spec draft 07, Reconnection: the id from which a stream goes on is in its head, and publishers choose ids. One that a header
    // could not hold would keep every subscriber out
    [Theory]
    [InlineData("urn:%C3%A9")]
    [InlineData("urn:%F0%9F%98%80%20b")]
    [InlineData("a,%20b;c=\"d\"")]
    public async Task Should_open_a_stream_behind_any_id(string id)
    {
        foreach (var generation in AttackedGeneration.Served)
        {
            var published = await RawClient.ExchangeAsync(hub.Url, generation.Publish($"topic=t&data=x&id={id}", Closing()));
            using var next = await RawClient.ConnectAsync(hub.Url);
            await next.SendAsync(generation.Subscribe("topic=t&Last-Event-ID=unknown"));
            using var behind = await RawClient.ConnectAsync(hub.Url);
            await behind.SendAsync(generation.Subscribe($"topic=t&Last-Event-ID={id}"));

            Assert.Equal(200, published.Status);
            Assert.Equal(200, (await next.ReadUntilAsync(":\n")).Status);
            Assert.Equal(200, (await behind.ReadUntilAsync(":\n")).Status);
        }

        hub.AssertNoFailure();
    }

    // Event injection: a publisher writes fields of his own into the stream of others. LF, CR, NUL and their encoded forms
    [Theory]
    [MemberData(nameof(AttackedGeneration.All), MemberType = typeof(AttackedGeneration))]
    public async Task Should_not_let_a_field_begin_another_line(AttackedGeneration generation)
    {
        foreach (var field in new[] { "topic", "id", "type" })
        {
            foreach (var end in new[] { "%0A", "%0D", "%0D%0A", "%00", "%C2%85", "\r", "\n" })
            {
                var form = $"topic=t&data=x&{field}=a{end}data: forged";
                Assert.Equal(400, (await RawClient.ExchangeAsync(hub.Url, generation.Publish(form, Closing()))).Status);
            }
        }

        hub.AssertNoFailure();
    }

    // WHATWG HTML, 9.2.6: only CR, LF and CRLF end a line; whatever else looks like an end to somebody stays inside
    [Theory]
    [MemberData(nameof(AttackedGeneration.All), MemberType = typeof(AttackedGeneration))]
    public async Task Should_keep_data_inside_data(AttackedGeneration generation)
    {
        var topic = $"https://example.com/{Guid.NewGuid()}";
        using var client = await RawClient.ConnectAsync(hub.Url);
        await client.SendAsync(generation.Subscribe($"topic={topic}"));
        await client.ReadUntilAsync(":\n");
        await RawClient.ExchangeAsync(
            hub.Url, generation.Publish($"topic={topic}&id=1&data=a%0Adata: b%0D%0Did: 2%0A%0Aevent: c%00%0Bid: 3%E2%80%A8id: 4%C2%85id: 5%0Aend", Closing()));
        var text = Encoding.UTF8.GetString(Encoding.Latin1.GetBytes((await client.ReadUntilAsync("data: end\n")).Text));

        Assert.All(
            text.Split('\n').Where(static line => line.Length > 2 && !line.Contains('\r', StringComparison.Ordinal)),
            static line => Assert.True(line.StartsWith("data: ", StringComparison.Ordinal) || line is "id: 1", line));
        Assert.DoesNotContain("\ndata: b\nid: 2", text, StringComparison.Ordinal);
    }

    // Cache poisoning: headers that a cache does not key by must change nothing in what it may keep
    [Theory]
    [InlineData("X-Forwarded-Host: evil.example")]
    [InlineData("X-Forwarded-Proto: https")]
    [InlineData("X-Forwarded-Prefix: /evil")]
    [InlineData("X-Original-URL: /evil")]
    [InlineData("X-Rewrite-URL: /evil")]
    [InlineData("X-HTTP-Method-Override: DELETE")]
    [InlineData("Forwarded: host=evil.example")]
    [InlineData("Host: evil.example")]
    public async Task Should_answer_a_page_the_same(string header)
    {
        static string Undated(RawAnswer answer) => string.Join('\n', answer.Text.Split('\n').Where(static line => !line.StartsWith("Date:", StringComparison.Ordinal)));

        var plain = await RawClient.ExchangeAsync(hub.Url, Page("A: b"));
        var request = header.StartsWith("Host:", StringComparison.Ordinal)
            ? Page("A: b").Replace("Host: hub.example", header, StringComparison.Ordinal)
            : Page(header);
        var poisoned = await RawClient.ExchangeAsync(hub.Url, request);

        Assert.Equal(Undated(plain), Undated(poisoned));
    }

    // Cache deception: a stream, a refusal or a publisher's answer in a cache would be read by others
    [Theory]
    [MemberData(nameof(AttackedGeneration.All), MemberType = typeof(AttackedGeneration))]
    public async Task Should_keep_streams_and_refusals_out_of_caches(AttackedGeneration generation)
    {
        using var stream = await RawClient.ConnectAsync(hub.Url);
        await stream.SendAsync(generation.Subscribe("topic=t"));
        var refused = await RawClient.ExchangeAsync(hub.Url, generation.Subscribe("", Closing()));

        Assert.Contains("no-store", (await stream.ReadUntilAsync(":\n")).Text, StringComparison.Ordinal);
        Assert.Contains("no-store", refused.Text, StringComparison.Ordinal);
        Assert.All([.. refused.Text.Split('\n').Where(static line => line.StartsWith("Vary:", StringComparison.Ordinal))], static line => Assert.Contains("Origin", line, StringComparison.Ordinal));
    }

    private static string Closing(string header = "A: b") => $"Connection: close\r\n{header}\r\n";

    private static string Page(string header) => $"GET / HTTP/1.1\r\nHost: hub.example\r\n{Closing(header)}\r\n";

    private static string Preflight(AttackedGeneration generation, string header) =>
        $"OPTIONS {generation.Path} HTTP/1.1\r\nHost: hub.example\r\nAccess-Control-Request-Method: POST\r\n{Closing(header)}\r\n";
}
