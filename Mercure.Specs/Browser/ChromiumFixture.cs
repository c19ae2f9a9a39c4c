using Mercure.Specs.Processes;
using Microsoft.Playwright;
using Xunit;

namespace Mercure.Specs.Browser;

/// <summary>
/// One Chromium and one hub for all specs that need a browser; each takes a context of its own, so without anybody's cookies.
/// Not run side by side.
/// </summary>
[CollectionDefinition(Name)]
public sealed class ChromiumCollection : ICollectionFixture<ChromiumFixture>
{
    public const string Name = "Chromium";
}

/// <summary>Debian's Chromium, driven by what the Playwright package brings along: nothing is downloaded.</summary>
public sealed class ChromiumFixture : IAsyncLifetime
{
    private const string Executable = "/usr/bin/chromium";

    private static readonly float Patience = (float)Eventually.Patience.TotalMilliseconds;

    private IPlaywright? _playwright;

    /// <summary>With the demo on; a spec that needs another starts its own.</summary>
    internal DemoHub Hub { get; private set; } = null!;

    private IBrowser Browser { get; set; } = null!;

    public async Task InitializeAsync()
    {
        Assertions.SetDefaultExpectTimeout(Patience);
        Hub = await DemoHub.StartAsync();
        _playwright = await Playwright.CreateAsync();
        Browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Executable,
            Args =
            [
                "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                "--disable-background-networking", "--disable-component-update", "--disable-sync",
            ],
        });
    }

    public async Task DisposeAsync()
    {
        await Browser.DisposeAsync();
        _playwright?.Dispose();
        await Hub.DisposeAsync();
    }

    /// <summary>The hub's page, in a new context.</summary>
    internal async Task<IPage> OpenAsync(DemoHub hub, int width = 1280, int height = 900, ColorScheme scheme = ColorScheme.Light)
    {
        foreach (var former in Browser.Contexts)
            await former.CloseAsync();
        return await OpenAnotherAsync(hub, width, height, scheme);
    }

    /// <summary>A page of another hub whose content security policy does not hold, so that a spec can add a script.</summary>
    internal async Task<IPage> OpenBareAsync(Uri address)
    {
        var context = await Browser.NewContextAsync(new BrowserNewContextOptions { BypassCSP = true });
        context.SetDefaultTimeout(Patience);
        var page = await context.NewPageAsync();
        await page.GotoAsync(address.AbsoluteUri);
        return page;
    }

    /// <summary>As <see cref="OpenAsync"/>, beside the pages that are open.</summary>
    internal async Task<IPage> OpenAnotherAsync(DemoHub hub, int width = 1280, int height = 900, ColorScheme scheme = ColorScheme.Light)
    {
        var context = await Browser.NewContextAsync(new BrowserNewContextOptions
        {
            ViewportSize = new ViewportSize { Width = width, Height = height },
            ColorScheme = scheme,
        });
        context.SetDefaultTimeout(Patience);
        var page = await context.NewPageAsync();
        await page.GotoAsync(hub.Address.AbsoluteUri);
        return page;
    }
}
