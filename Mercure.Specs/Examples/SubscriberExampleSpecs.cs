using Mercure.Specs.Browser;
using Mercure.Specs.Settings;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Mercure.Specs.Examples;

/// <summary><c>examples/subscriber.html</c>, opened from the disk.</summary>
[Collection(ChromiumCollection.Name)]
public sealed class SubscriberExampleSpecs(ChromiumFixture chromium)
{
    [Fact]
    public async Task Should_show_updates_in_the_page()
    {
        var page = await chromium.OpenAsync(chromium.Hub);
        var file = new Uri(Path.Combine(Repository.Root, "examples", "subscriber.html"));
        await page.GotoAsync($"{file}?hub={Uri.EscapeDataString(chromium.Hub.HubUrl.AbsoluteUri)}");
        await Expect(page.Locator("#state")).ToContainTextAsync("subscribed");

        await chromium.Hub.PublishAsync("https://example.com/books/1", "sold out");

        await Expect(page.Locator("#updates")).ToHaveTextAsync("sold out");
    }
}
