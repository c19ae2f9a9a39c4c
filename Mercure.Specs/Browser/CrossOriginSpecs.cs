using Mercure.Specs.Hosting;
using Mercure.Specs.Protocol;
using Mercure.Specs.Tokens;
using Microsoft.Playwright;
using Xunit;

namespace Mercure.Specs.Browser;

/// <summary>Pages of other origins of one site, to which Chromium adds the cookie of its visitor.</summary>
[Collection(ChromiumCollection.Name)]
public sealed class CrossOriginSpecs(ChromiumFixture chromium)
{
    private const string Listen = """
        ([url, withCredentials]) => new Promise(resolve => {
          const source = new EventSource(url, { withCredentials });
          source.onmessage = event => { source.close(); resolve(event.data); };
          source.onerror = () => { source.close(); resolve("refused"); };
        })
        """;

    // CWE-942: "*" lets any page read what is public, and with its visitor's cookie no page that is not listed
    [Fact]
    public async Task Should_let_a_star_read_public_updates_and_a_listed_origin_private_ones()
    {
        var listed = chromium.Hub.Address;
        await using var other = await RunningHost.StartAsync();
        var unlisted = new UriBuilder(other.Address) { Host = "localhost" }.Uri;
        var settings = HubFixture.Default with
        {
            Listen = HubFixture.Default.Listen with { CorsAllowedOrigins = ["*", listed.GetLeftPart(UriPartial.Authority)] },
        };
        await using var hub = await new HubFixture { Settings = settings }.StartedAsync();
        var start = await hub.MustPublishAsync(("topic", "t"), ("data", "start"));
        await hub.MustPublishAsync(("topic", "t"), ("data", "private"), ("target", "a"));
        await hub.MustPublishAsync(("topic", "t"), ("data", "public"));
        var url = new UriBuilder(hub.Url) { Host = "localhost", Query = $"topic=t&Last-Event-ID={start}" }.Uri.AbsoluteUri;

        Assert.Equal("private", await ReadAsync(listed, url, withCredentials: true));
        Assert.Equal("public", await ReadAsync(listed, url, withCredentials: false));
        Assert.Equal("public", await ReadAsync(unlisted, url, withCredentials: false));
        Assert.Equal("refused", await ReadAsync(unlisted, url, withCredentials: true));
    }

    private async Task<string> ReadAsync(Uri page, string url, bool withCredentials)
    {
        var opened = await chromium.OpenBareAsync(page);
        await opened.Context.AddCookiesAsync([new Cookie { Name = "mercureAuthorization", Value = TestTokens.Subscriber("a"), Url = url }]);
        var read = await opened.EvaluateAsync<string>(Listen, new object[] { url, withCredentials });
        await opened.Context.CloseAsync();
        return read;
    }
}
