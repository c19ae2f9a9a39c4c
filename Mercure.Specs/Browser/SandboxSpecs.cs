using Xunit;

namespace Mercure.Specs.Browser;

/// <summary>What a browser makes of a demo resource that somebody filled with a script (CWE-79).</summary>
[Collection(ChromiumCollection.Name)]
public sealed class SandboxSpecs(ChromiumFixture chromium)
{
    [Theory]
    [InlineData("html", "<title>start</title><script>document.title = 'ran'</script>")]
    [InlineData("html", "<title>start</title><img src=x onerror=\"document.title = 'ran'\">")]
    [InlineData("html", "<title>start</title><script src=\"/demo/x.js?body=document.title='ran'\"></script>")]
    [InlineData("svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"><title>start</title><script>document.title = 'ran'</script></svg>")]
    public async Task Should_not_run_a_script(string extension, string body)
    {
        var page = await chromium.OpenAsync(chromium.Hub);

        await page.GotoAsync($"{chromium.Hub.Address}demo/x.{extension}?body={Uri.EscapeDataString(body)}");

        Assert.Equal("start", await page.TitleAsync());
    }
}
