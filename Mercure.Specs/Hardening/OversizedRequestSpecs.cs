using Mercure.Http.Protocol;
using Mercure.Specs.Tokens;
using Xunit;

namespace Mercure.Specs.Hardening;

/// <summary>Everything that a client may send, in a size that nobody needs (CWE-400, CWE-770): refused early, and for what it is.</summary>
public sealed class OversizedRequestSpecs(AttackedHub hub) : IClassFixture<AttackedHub>
{
    private const int HeadLimit = 64 << 10;
    private const int MaxFields = Limits.Topics + Limits.OtherFields;

    private static readonly int LineLimit = Limits.RequestLine(Limits.Topics);

    /// <summary>What is too large, how it is asked, and the answer.</summary>
    public static TheoryData<string, Func<AttackedGeneration, string>, int> Requests => new()
    {
        { "URL", static hub => hub.Subscribe($"topic={Repeat("a", LineLimit)}"), 414 },
        { "method", static _ => $"{Repeat("A", LineLimit + 1)} / HTTP/1.1\r\n\r\n", 414 },
        { "request line that never ends", static _ => Repeat("A", LineLimit), 414 },
        { "header", static hub => hub.Subscribe("topic=t", $"X: {Repeat("a", HeadLimit)}\r\n"), 431 },
        { "header name", static hub => hub.Subscribe("topic=t", $"{Repeat("X", HeadLimit)}: a\r\n"), 431 },
        { "header that never ends", static hub => $"GET {hub.Path} HTTP/1.1\r\nX: {Repeat("a", 2 * HeadLimit)}", 431 },
        { "number of headers", static hub => hub.Subscribe("topic=t", Repeat("X: a\r\n", 101)), 431 },
        { "cookies", static hub => hub.Subscribe("topic=t", $"Cookie: {Repeat("a=b; ", HeadLimit / 5)}mercureAuthorization=x\r\n"), 431 },
        { "token in a header", static hub => hub.Subscribe("topic=t", $"Authorization: Bearer {Repeat("a", 60_000)}\r\n"), 401 },
        { "token in a cookie", static hub => hub.Subscribe("topic=t", $"Cookie: mercureAuthorization={Repeat("a", 60_000)}\r\n"), 401 },
        { "signed token", static hub => hub.Subscribe("topic=t", $"Authorization: Bearer {BigToken}\r\n"), 401 },
        { "topics of a subscription", static hub => hub.Subscribe(string.Concat(Enumerable.Range(0, Limits.Topics + 1).Select(static n => $"topic={n}&"))), 400 },
        { "topic of a subscription", static hub => hub.Subscribe($"topic={Repeat("a", Limits.NameLength + 1)}"), 400 },
        { "fields of a query", static hub => hub.Subscribe($"topic=t{Repeat("&a", MaxFields)}"), 400 },
        { "body", static hub => hub.PublishHead("Content-Length: 9223372036854775807\r\n"), 413 },
        { "chunk", static hub => hub.PublishHead("Transfer-Encoding: chunked\r\n") + "7fffffff\r\n" + Repeat("a", (1 << 20) + 1), 413 },
        { "trailer", static hub => hub.PublishHead("Transfer-Encoding: chunked\r\n") + $"e\r\ntopic=t&data=x\r\n0\r\nX: {Repeat("a", HeadLimit)}\r\n\r\n", 431 },
        { "size of a chunk", static hub => hub.PublishHead("Transfer-Encoding: chunked\r\n") + Repeat("0", HeadLimit) + "1\r\n", 400 },
        { "fields of a form", static hub => hub.Publish($"topic=t&data=x{Repeat("&a", MaxFields)}"), 400 },
        { "topics of an update", static hub => hub.Publish($"data=x{Repeat("&topic=t", Limits.Topics + 1)}"), 400 },
        { "topic of an update", static hub => hub.Publish($"data=x&topic={Repeat("a", Limits.NameLength + 1)}"), 400 },
        { "id", static hub => hub.Publish($"topic=t&data=x&id={Repeat("a", Limits.FieldLength + 1)}"), 400 },
        { "type", static hub => hub.Publish($"topic=t&data=x&type={Repeat("a", Limits.FieldLength + 1)}"), 400 },
        { "retry", static hub => hub.Publish($"topic=t&data=x&retry={Repeat("9", 100_000)}"), 400 },
        { "media type", static hub => hub.Publish("topic=t&data=x").Replace("urlencoded", $"urlencoded{Repeat(";a=b", 10_000)}", StringComparison.Ordinal), 200 },
        { "accepted codings", static hub => hub.Subscribe("", $"Accept-Encoding: {Repeat("a;q=0.1,", 7_500)}\r\n"), 400 },
        { "forwarded addresses", static hub => hub.Subscribe("", $"X-Forwarded-For: {Repeat("127.0.0.1,", 6_000)}\r\n"), 400 },
        { "forwarded elements", static hub => hub.Subscribe("", $"Forwarded: {Repeat("for=\"127.0.0.1\";a=b,", 3_000)}\r\n"), 400 },
        { "referer", static hub => $"POST {hub.Path} HTTP/1.1\r\nHost: hub.example\r\nCookie: mercureAuthorization={hub.Publisher}\r\nReferer: http://{Repeat("a.", 30_000)}\r\nContent-Length: 0\r\n\r\n", 401 },
    };

    private static string BigToken { get; } = TestTokens.Subscriber([.. Enumerable.Repeat("a", 2_000)]);

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task Should_refuse(string what, Func<AttackedGeneration, string> request, int status)
    {
        foreach (var generation in AttackedGeneration.Served)
        {
            var text = request(generation).Replace("Host: hub.example\r\n", "Host: hub.example\r\nConnection: close\r\n", StringComparison.Ordinal);
            var answer = await RawClient.ExchangeAsync(hub.Url, text);

            await hub.AssertServesAsync(generation);
            Assert.True(answer.Status == status, $"{what}:\n{answer.Text}");
        }
    }

    // An id beyond any that the hub has is simply unknown: the stream opens, as it must for a client that was away too long
    [Theory]
    [MemberData(nameof(AttackedGeneration.All), MemberType = typeof(AttackedGeneration))]
    public async Task Should_take_a_huge_last_event_id_for_an_unknown_one(AttackedGeneration generation)
    {
        using var client = await RawClient.ConnectAsync(hub.Url);
        await client.SendAsync(generation.Subscribe("topic=t", $"Last-Event-ID: {Repeat("a", 60_000)}\r\n"));

        Assert.Equal(200, (await client.ReadUntilAsync(":\n")).Status);
    }

    private static string Repeat(string text, int count) => string.Concat(Enumerable.Repeat(text, count));
}
