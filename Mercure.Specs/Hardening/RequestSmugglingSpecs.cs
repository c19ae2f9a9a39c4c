using Xunit;

namespace Mercure.Specs.Hardening;

/// <summary>
/// Request smuggling (CWE-444): a proxy and the hub that disagree where a request ends let an attacker put a request of his
/// own in front of somebody else's. Wherever they could disagree, the hub must not answer what comes behind.
/// </summary>
public sealed class RequestSmugglingSpecs(AttackedHub hub) : IClassFixture<AttackedHub>
{
    private const string Hidden = "GET /healthz HTTP/1.1\r\nHost: hub.example\r\n\r\n";
    private const string HiddenAnswer = "{\"status\":";

    /// <summary>Ends the connection where the hub goes on behind the first request.</summary>
    private const string Last = "GET /last HTTP/1.1\r\nHost: hub.example\r\nConnection: close\r\n\r\n";

    /// <summary>The threat, the headers that frame the body, and the body up to what is hidden behind it.</summary>
    public static TheoryData<string, string, string> Framings => new()
    {
        { "RFC 9112, 6.1: both a length and chunks", "Content-Length: {all}\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n" },
        { "the same in the other order", "Transfer-Encoding: chunked\r\nContent-Length: {all}\r\n", "0\r\n\r\n" },
        { "RFC 9112, 6.3: two lengths", "Content-Length: 14\r\nContent-Length: {all}\r\n", "topic=t&data=x" },
        { "two lengths in a list", "Content-Length: 14, {all}\r\n", "topic=t&data=x" },
        { "a length in hexadecimal", "Content-Length: 0xE\r\n", "topic=t&data=x" },
        { "a length with a blank inside", "Content-Length: 1 4\r\n", "topic=t&data=x" },
        { "a negative length", "Content-Length: -1\r\n", "topic=t&data=x" },
        { "a length beyond 64 bits", "Content-Length: 18446744073709551630\r\n", "topic=t&data=x" },
        { "RFC 9112, 6.1: an unknown coding", "Transfer-Encoding: xchunked\r\n", "0\r\n\r\n" },
        { "identity, which is gone since RFC 7230", "Transfer-Encoding: identity\r\nContent-Length: {all}\r\n", "0\r\n\r\n" },
        { "chunked not last", "Transfer-Encoding: chunked, gzip\r\n", "0\r\n\r\n" },
        { "chunked with a parameter", "Transfer-Encoding: chunked;q=1\r\n", "0\r\n\r\n" },
        { "chunked in quotes", "Transfer-Encoding: \"chunked\"\r\n", "0\r\n\r\n" },
        { "RFC 9112, 5.1: a blank before the colon", "Transfer-Encoding : chunked\r\nContent-Length: {all}\r\n", "0\r\n\r\n" },
        { "RFC 9112, 5.2: a folded line", "X-Folded: a\r\n Transfer-Encoding: chunked\r\nContent-Length: {all}\r\n", "0\r\n\r\n" },
        { "a folded value", "Transfer-Encoding:\r\n chunked\r\nContent-Length: {all}\r\n", "0\r\n\r\n" },
        { "a vertical tab before the value", "Transfer-Encoding: \vchunked\r\nContent-Length: {all}\r\n", "0\r\n\r\n" },
        { "a NUL behind the value", "Transfer-Encoding: chunked\0\r\nContent-Length: {all}\r\n", "0\r\n\r\n" },
        { "a bare CR inside a value", "X: a\rTransfer-Encoding: chunked\r\nContent-Length: {all}\r\n", "0\r\n\r\n" },
        { "a bare CR as line end", "Transfer-Encoding: chunked\rContent-Length: {all}\r\n", "0\r\n\r\n" },
        { "RFC 9112, 7.1: a chunk size with a sign", "Transfer-Encoding: chunked\r\n", "+0\r\n\r\n" },
        { "a chunk size in 0x notation", "Transfer-Encoding: chunked\r\n", "0x0\r\n\r\n" },
        { "a chunk size that overflows to zero", "Transfer-Encoding: chunked\r\n", "10000000000000000\r\n\r\n" },
        { "a chunk longer than its size", "Transfer-Encoding: chunked\r\n", "1\r\nab\r\n0\r\n\r\n" },
        { "chunk data that ends in a bare LF", "Transfer-Encoding: chunked\r\n", "1\r\na\n0\r\n\r\n" },
        { "CVE-2025-55315: a bare LF inside a chunk extension", "Transfer-Encoding: chunked\r\n", "0;x\n\r\n\r\n" },
        { "a bare CR inside a chunk extension", "Transfer-Encoding: chunked\r\n", "0;x\rx\r\n\r\n" },
        { "a chunk size line that ends in a bare LF", "Transfer-Encoding: chunked\r\n", "0\n\r\n" },
        { "HTTP/1.0 has no chunks", "!HTTP/1.0 Transfer-Encoding: chunked\r\n", "0\r\n\r\n" },
    };

    [Theory]
    [MemberData(nameof(Framings))]
    public async Task Should_not_answer_what_is_hidden_behind_an_ambiguous_body(string threat, string headers, string body)
    {
        foreach (var generation in AttackedGeneration.Served)
        {
            var head = generation.PublishHead(headers.Replace("!HTTP/1.0 ", "", StringComparison.Ordinal)
                .Replace("{all}", $"{body.Length + Hidden.Length}", StringComparison.Ordinal));
            if (headers.StartsWith('!'))
                head = head.Replace("HTTP/1.1", "HTTP/1.0", StringComparison.Ordinal);
            var answer = await RawClient.ExchangeAsync(hub.Url, head + body + Hidden + Last);

            Assert.False(answer.Text.Contains(HiddenAnswer, StringComparison.Ordinal), $"{threat}:\n{answer.Text}");
            await hub.AssertServesAsync(generation);
            Assert.All(answer.Statuses, static status => Assert.InRange(status, 200, 499));
        }
    }
}
