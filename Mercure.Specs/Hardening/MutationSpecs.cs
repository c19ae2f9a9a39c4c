using System.Text;
using Xunit;

namespace Mercure.Specs.Hardening;

/// <summary>Requests that were valid once. Seeded: a failure names the request, and the next run meets it again.</summary>
public sealed class MutationSpecs(AttackedHub hub) : IClassFixture<AttackedHub>
{
    private const int Requests = 10_000;
    private const int Connections = 16;

    /// <summary>505 and 501 say that the request's version or coding is unknown: the client's doing.</summary>
    private static readonly int[] ClientsFault = [501, 505];

    [Theory]
    [MemberData(nameof(AttackedGeneration.All), MemberType = typeof(AttackedGeneration))]
    public async Task Should_survive_ten_thousand_mutations(AttackedGeneration generation)
    {
        var before = Footprint.Now();
        var seeds = Seeds(generation).Select(Encoding.Latin1.GetBytes).ToArray();
        await Parallel.ForEachAsync(
            Enumerable.Range(0, Requests),
            new ParallelOptions { MaxDegreeOfParallelism = Connections },
            async (number, _) =>
            {
                var mutator = new Mutator(number, Words);
                var request = mutator.Mutate(seeds[number % seeds.Length]);
                using var client = await RawClient.ConnectAsync(hub.Url);
                await client.SendAsync(request);
                // What is still missing is not waited for, and a stream ends
                client.HalfClose();
                var answer = await client.ReadToEndAsync();
                var failed = Array.Find(answer.Statuses, status => status >= 500 && !ClientsFault.Contains(status));
                Assert.True(failed == 0, $"Request {number} got {failed}:\n{Encoding.Latin1.GetString(request)}\n\n{answer.Text}");
            });

        await hub.AssertServesAsync(generation);
        await Footprint.SubscribersAsync(hub, 0);
        // Other specs run meanwhile and what was published is history in memory: a leak of 10 KB a request would show
        await Footprint.ReturnsToAsync(before, bytes: 100 << 20, descriptors: 2_000);
    }

    private static readonly byte[][] Words =
    [
        .. new[]
        {
            "\r\n", "\n", "\r", "\0", " ", "\t", ":", ";", ",", "%", "%00", "%0A", "%C3", "%FF", "&", "=", "+", "{", "}", "{x}", "{+x*}", "{?x:9999}",
            "topic=", "data=", "id=", "type=", "retry=", "target=", "private=on", "Last-Event-ID=", "0", "-1", "18446744073709551616", "Bearer ", "eyJ", ".",
            "Content-Length: 0\r\n", "Content-Length: 99\r\n", "Transfer-Encoding: chunked\r\n", "Connection: close\r\n", "Expect: 100-continue\r\n",
            "Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABk\r\n", "Accept-Encoding: gzip;q=1e9\r\n", "Origin: null\r\n",
            "HTTP/1.0", "HTTP/2.0", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "http://[::1", "/../", "//", "/%2e%2e/", "é", "\u00ff\u00fe", "\uFFFD",
        }.Select(Encoding.UTF8.GetBytes),
    ];

    private static string[] Seeds(AttackedGeneration generation) =>
    [
        generation.Publish("topic=https%3A%2F%2Fexample.com%2F1&topic=b&data=hello+w%C3%B6rld&id=urn:a&type=k&retry=10&target=t"),
        generation.PublishHead("Transfer-Encoding: chunked\r\n") + "e;x=y\r\ntopic=t&data=x\r\n0\r\nTrailer: a\r\n\r\n",
        $"POST {generation.Path} HTTP/1.1\r\nHost: h\r\nCookie: a=b; mercureAuthorization={generation.Publisher}\r\nOrigin: https://example.com\r\n"
            + "Content-Type: application/x-www-form-urlencoded;charset=utf-8\r\nContent-Length: 14\r\n\r\ntopic=t&data=x",
        generation.Subscribe("topic=https%3A%2F%2Fexample.com%2F{id}{?page,size*}&topic=b&Last-Event-ID=x", "Accept-Encoding: gzip, br;q=0.5\r\nLast-Event-ID: y\r\nAccept: text/event-stream\r\n"),
        generation.Subscribe("topic=t", $"Authorization: Bearer {generation.Publisher}\r\nX-Forwarded-For: 1.2.3.4, [::1]:80\r\nForwarded: for=\"[::1]\";proto=https;host=a\r\n"),
        $"HEAD {generation.Path}?topic=a HTTP/1.1\r\nHost: h\r\n\r\n",
        $"OPTIONS {generation.Path} HTTP/1.1\r\nHost: h\r\nOrigin: https://a.example\r\nAccess-Control-Request-Method: POST\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nHost: h\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\nIf-None-Match: \"x\"\r\n\r\n",
        $"GET /demo/books/1.jsonld?body=%7B%7D&jwt={generation.Publisher}&a=b HTTP/1.1\r\nHost: h\r\n\r\n",
    ];
}
