using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Mercure.Specs.Browser;

/// <summary>The pages for whoever uses them by keyboard, with a screen reader, or needs contrast (WCAG 2.2, levels A and AA).</summary>
[Collection(ChromiumCollection.Name)]
public sealed class AccessibilitySpecs(ChromiumFixture chromium)
{
    private static readonly AxeRunOptions Rules = new()
    {
        RunOnly = RunOnlyOptions.Tags("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"),
    };

    [Theory]
    [InlineData(390, ColorScheme.Dark)]
    [InlineData(1280, ColorScheme.Light)]
    public async Task Should_break_no_rule_of_axe_in_the_demo_whatever_it_shows(int width, ColorScheme scheme)
    {
        var page = await chromium.OpenAsync(chromium.Hub, width, 844, scheme);
        await ClickAsync(page, "Discover");
        await ClickAsync(page, "Subscribe");
        await Expect(page.Locator("#state")).ToHaveTextAsync("live");
        await ClickAsync(page, "Publish");
        await Expect(page.Locator("#updates > li")).ToHaveCountAsync(1);
        await page.GetByLabel("Token", new() { Exact = true }).SelectOptionAsync("none");
        await ClickAsync(page, "Publish");
        await Expect(page.Locator("#publish > output")).ToContainTextAsync("A token is required");
        foreach (var summary in await page.Locator("summary").AllAsync())
            await summary.ClickAsync();

        await BreaksNoRuleAsync(page);
    }

    [Fact]
    public async Task Should_break_no_rule_of_axe_in_the_welcome()
    {
        await using var hub = await DemoHub.StartAsync(("DEMO", "0"));
        var page = await chromium.OpenAsync(hub);

        await BreaksNoRuleAsync(page);
        await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
        await BreaksNoRuleAsync(page);
    }

    // 1.4.10, Reflow
    [Fact]
    public async Task Should_fit_the_narrowest_phone_in_the_welcome()
    {
        await using var hub = await DemoHub.StartAsync(("DEMO", "0"));
        var page = await chromium.OpenAsync(hub, width: 320);

        Assert.Equal(320, await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth"));
    }

    [Fact]
    public async Task Should_lead_from_discovery_to_an_update_by_keyboard_alone()
    {
        var page = await chromium.OpenAsync(chromium.Hub);

        foreach (var button in new[] { "Discover", "Subscribe", "Publish" })
        {
            await TabToAsync(page, button);
            await page.Keyboard.PressAsync("Enter");
            await Expect(page.Locator($"#{button.ToLowerInvariant()} output")).ToHaveClassAsync("good");
        }

        await Expect(page.Locator("#updates > li")).ToHaveCountAsync(1);
        await TabToAsync(page, "Replay from here");
    }

    private static async Task BreaksNoRuleAsync(IPage page)
    {
        // Colours are those of the animation's end
        await page.EmulateMediaAsync(new() { ReducedMotion = ReducedMotion.Reduce });
        var result = await page.RunAxe(Rules);

        Assert.NotEmpty(result.Passes);
        Assert.Equal([], result.Violations.SelectMany(rule => rule.Nodes.Select(node => $"{rule.Id}: {node.Html}")));
    }

    /// <summary>Goes on with the key until it is there; whatever has the focus on the way shows it.</summary>
    private static async Task TabToAsync(IPage page, string button)
    {
        var focused = page.Locator("*:focus");
        string text;
        do
        {
            await page.Keyboard.PressAsync("Tab");
            text = await focused.InnerTextAsync();
            Assert.Equal("solid", await focused.EvaluateAsync<string>("element => getComputedStyle(element).outlineStyle"));
        }
        while (text != button);
    }

    private static Task ClickAsync(IPage page, string button) =>
        page.GetByRole(AriaRole.Button, new() { Name = button, Exact = true }).ClickAsync();
}
