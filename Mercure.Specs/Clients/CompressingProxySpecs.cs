using System.IO.Compression;
using Mercure.Specs.Protocol;
using Mercure.Specs.Settings;
using Xunit;

namespace Mercure.Specs.Clients;

/// <summary>RFC 9111, 5.2.2.6: a proxy that compresses and collects would hold updates back until a block of it is full.</summary>
public sealed class CompressingProxySpecs
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static readonly string Script = Path.Combine(Repository.Root, "Mercure.Specs", "Clients", "proxy.mjs");

    [Theory]
    [InlineData(true, "gzip")]
    [InlineData(true, "br")]
    [InlineData(false, "gzip, deflate, br")]
    public async Task Should_pass_each_update_on_at_once_where_another_stream_is_held_back(bool compress, string accepted)
    {
        var settings = HubFixture.Both with { Streams = HubFixture.Both.Streams with { Compress = compress } };
        await using var hub = await new HubFixture { Settings = settings }.StartedAsync();
        using var node = OutputOf.Start("node", [Script, hub.Url.GetLeftPart(UriPartial.Authority)]);
        using var lines = new StreamReader(node.Output);
        using var client = new HttpClient { BaseAddress = new Uri((await lines.ReadLineAsync().WaitAsync(Patience))!), Timeout = Patience };
        var control = client.SendAsync(Get("/control", "gzip"), HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal("control passed", await lines.ReadLineAsync().WaitAsync(Patience));
        var held = ReadAsync(control);

        foreach (var path in new[] { "/hub", "/.well-known/mercure" })
        {
            using var response = await client.SendAsync(Get($"{path}?topic=t", accepted), HttpCompletionOption.ResponseHeadersRead);
            using var events = await EventStream.OfAsync(response);
            for (var i = 0; i < 10; i++)
            {
                await hub.MustPublishAsync(("topic", "t"), ("data", $"{i}"));
                Assert.Equal($"{i}", (await events.NextAsync())!.Data);
            }
        }

        Assert.False(held.IsCompleted);
        using var ended = await client.GetAsync(new Uri("/control/end", UriKind.Relative));
        Assert.Equal("data: control", await held.WaitAsync(Patience));
    }

    /// <summary>The first line of a compressed stream.</summary>
    private static async Task<string?> ReadAsync(Task<HttpResponseMessage> opening)
    {
        using var response = await opening;
        Assert.Equal("gzip", Assert.Single(response.Content.Headers.ContentEncoding));
        using var text = new StreamReader(new GZipStream(await response.Content.ReadAsStreamAsync(), CompressionMode.Decompress));
        return await text.ReadLineAsync();
    }

    private static HttpRequestMessage Get(string url, string accepted)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri(url, UriKind.Relative));
        request.Headers.TryAddWithoutValidation("Accept-Encoding", accepted);
        return request;
    }
}
