using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Mercure.Specs.Browser;

/// <summary>The demo page in a real browser, as a person uses it.</summary>
[Collection(ChromiumCollection.Name)]
public sealed class DemoPageSpecs(ChromiumFixture chromium)
{
    private readonly DemoHub _hub = chromium.Hub;

    [Theory]
    [InlineData(375, 812)]
    [InlineData(1280, 900)]
    public async Task Should_lead_from_discovery_to_an_update(int width, int height)
    {
        var page = await OpenAsync(width, height);
        await page.GetByLabel("Resource").FillAsync("/demo/novels/7.jsonld");

        await ClickAsync(page, "Discover");
        await Expect(page.Locator("#found-response")).ToContainTextAsync("Link: </hub>; rel=\"mercure\"");
        await SubscribeAsync(page);
        await ClickAsync(page, "Publish");

        await Expect(Updates(page)).ToHaveCountAsync(1);
        await Expect(Updates(page)).ToContainTextAsync("sold out");
        await Expect(page.Locator("#publish > output")).ToContainTextAsync("Published");
        await Expect(page.Locator("#subscribe-topics")).ToHaveValueAsync($"{_hub.Address}demo/novels/7.jsonld");
    }

    [Fact]
    public async Task Should_show_an_update_with_a_target_to_a_token_that_holds_it_only()
    {
        var reader = await OpenAsync();
        var stranger = await chromium.OpenAnotherAsync(_hub);
        await stranger.GetByLabel("Token", Exactly).SelectOptionAsync("bar");
        await SubscribeAsync(reader);
        await SubscribeAsync(stranger);
        await reader.GetByLabel("Targets").FillAsync("foo");

        await ClickAsync(reader, "Publish");
        await Expect(Updates(reader)).ToHaveCountAsync(1);
        // The one that everybody sees comes after it: by then the other would have arrived
        await reader.GetByLabel("Targets").FillAsync("");
        await reader.GetByLabel("Data", Exactly).FillAsync("for all");
        await ClickAsync(reader, "Publish");

        await Expect(Updates(reader)).ToHaveCountAsync(2);
        await Expect(Updates(stranger)).ToHaveCountAsync(1);
        await Expect(Updates(stranger)).ToContainTextAsync("for all");
    }

    /// <summary>Both generations in one page: a private update of 0.10, of which nobody without a token hears.</summary>
    [Fact]
    public async Task Should_speak_the_generations_that_are_served()
    {
        const string Key = "!ChangeThisMercureHubJWTSecretKey!";
        await using var hub = await DemoHub.StartAsync(("MERCURE_PUBLISHER_JWT_KEY", Key), ("MERCURE_SUBSCRIBER_JWT_KEY", Key));
        var reader = await chromium.OpenAsync(hub);
        var stranger = await chromium.OpenAnotherAsync(hub);
        var generation = stranger.GetByLabel("Generation of the protocol");
        await Expect(generation.Locator("option")).ToHaveTextAsync(["0.10 to 0.24", "0.7"]);
        await generation.SelectOptionAsync("0.7");
        await stranger.GetByLabel("Token", Exactly).SelectOptionAsync("none");
        await SubscribeAsync(reader);
        await SubscribeAsync(stranger);

        await reader.GetByLabel("Private").CheckAsync();
        await ClickAsync(reader, "Publish");
        await Expect(Updates(reader)).ToHaveCountAsync(1);
        await reader.GetByLabel("Private").UncheckAsync();
        await reader.GetByLabel("Data", Exactly).FillAsync("for all");
        await ClickAsync(reader, "Publish");

        await Expect(Updates(reader)).ToHaveCountAsync(2);
        await Expect(Updates(stranger)).ToHaveCountAsync(1);
        await Expect(Updates(stranger)).ToContainTextAsync("for all");
        await Expect(reader.Locator("#publish > output")).ToContainTextAsync("urn:uuid:");
    }

    [Fact]
    public async Task Should_keep_the_token_to_itself_when_the_cookie_is_not_wanted()
    {
        var page = await OpenAsync();
        await page.GetByLabel("Show my token, as a cookie").UncheckAsync();
        await SubscribeAsync(page);
        var topic = await page.Locator("#subscribe-topics").InputValueAsync();

        await _hub.PublishAsync(topic, "secret", "foo");
        await _hub.PublishAsync(topic, "public");

        await Expect(Updates(page)).ToHaveCountAsync(1);
        await Expect(Updates(page)).ToContainTextAsync("public");
    }

    /// <summary>Who changes the token in between would publish, and wait for an update that the stream may not show.</summary>
    [Fact]
    public async Task Should_say_that_a_stream_keeps_the_token_it_began_with()
    {
        var page = await OpenAsync();
        await SubscribeAsync(page);
        await page.GetByLabel("Token", Exactly).SelectOptionAsync("bar");
        await Expect(page.Locator("#subscribe output")).ToContainTextAsync("Subscribe again");

        await ClickAsync(page, "Subscribe");
        await Expect(page.Locator("#subscribe output")).ToContainTextAsync("Subscribed");
        await page.GetByLabel("Targets").FillAsync("bar");
        await ClickAsync(page, "Publish");

        await Expect(Updates(page)).ToHaveCountAsync(1);
    }

    [Theory]
    [InlineData("foo", "qux", "does not hold every target")]
    [InlineData("reader", "", "has no claim mercure.publish")]
    [InlineData("none", "", "A token is required")]
    public async Task Should_say_why_the_hub_refuses_an_update(string token, string target, string reason)
    {
        var page = await OpenAsync();
        await page.GetByLabel("Token", Exactly).SelectOptionAsync(token);
        await page.GetByLabel("Targets").FillAsync(target);

        await ClickAsync(page, "Publish");

        await Expect(page.Locator("#publish > output")).ToContainTextAsync(reason);
    }

    [Fact]
    public async Task Should_say_why_the_hub_refuses_a_stream()
    {
        var page = await OpenAsync();
        await page.GetByText("The token itself, and how to make one").ClickAsync();
        await page.GetByLabel("JSON Web Token").FillAsync("eyJhbGciOiJIUzI1NiJ9.e30.c2lnbmVkIGJ5IHNvbWVib2R5IGVsc2Ugb24gdGhpcyBkYXk");

        await ClickAsync(page, "Subscribe");

        await Expect(page.Locator("#subscribe output")).ToContainTextAsync("does not fit the key of the hub");
        await Expect(page.Locator("#state")).ToHaveTextAsync("refused");
    }

    [Fact]
    public async Task Should_publish_by_cookie()
    {
        var page = await OpenAsync();
        await SubscribeAsync(page);
        await page.GetByLabel("Show my token", Exactly).SelectOptionAsync("cookie");

        await ClickAsync(page, "Publish");

        await Expect(Updates(page)).ToHaveCountAsync(1);
    }

    [Fact]
    public async Task Should_show_an_update_of_a_type_and_replay_what_came_after_another()
    {
        var page = await OpenAsync();
        await SubscribeAsync(page);
        await ClickAsync(page, "Publish");
        await Expect(Updates(page)).ToHaveCountAsync(1);
        await page.Locator("#publish summary").First.ClickAsync();
        await page.GetByLabel("Type", Exactly).FillAsync("price");
        await page.GetByLabel("Id", Exactly).FillAsync("my <b>id</b>");
        await ClickAsync(page, "Publish");
        await Expect(Updates(page)).ToHaveCountAsync(2);
        await Expect(Updates(page).First).ToContainTextAsync("my <b>id</b>");
        await page.Locator("#subscribe summary").ClickAsync();
        await page.GetByLabel("Types").FillAsync("price");
        var replay = Updates(page).Last.GetByRole(AriaRole.Button);
        await Expect(replay).ToHaveTextAsync("Replay from here");

        await replay.ClickAsync();

        await Expect(Updates(page)).ToHaveCountAsync(3);
        await Expect(Updates(page).First).ToContainTextAsync("price");
    }

    [Theory]
    [InlineData(375, 812, ColorScheme.Light)]
    [InlineData(375, 812, ColorScheme.Dark)]
    [InlineData(1280, 900, ColorScheme.Light)]
    public async Task Should_fit_the_screen_whatever_arrives(int width, int height, ColorScheme scheme)
    {
        var page = await chromium.OpenAsync(_hub, width, height, scheme);
        await SubscribeAsync(page);
        var topic = await page.Locator("#subscribe-topics").InputValueAsync();
        foreach (var summary in await page.Locator("summary").AllAsync())
            await summary.ClickAsync();

        await _hub.PublishAsync(topic, new string('x', 2_000));

        await Expect(Updates(page)).ToHaveCountAsync(1);
        Assert.Equal(width, await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth"));
    }

    [Fact]
    public async Task Should_give_every_field_a_label_and_break_no_rule_of_its_own_policy()
    {
        var problems = new List<string>();
        var page = await OpenAsync();
        page.Console += (_, message) => problems.Add(message.Text);
        page.PageError += (_, error) => problems.Add(error);

        await page.ReloadAsync();
        await ClickAsync(page, "Discover");
        await Expect(page.Locator("#found")).ToBeVisibleAsync();

        Assert.Empty(problems);
        Assert.Equal(0, await page.EvaluateAsync<int>(
            "() => [...document.querySelectorAll('input, select, textarea')].filter(field => field.labels.length === 0).length"));
    }

    private static PageGetByLabelOptions Exactly { get; } = new() { Exact = true };

    private static ILocator Updates(IPage page) => page.Locator("#updates > li");

    private static Task ClickAsync(IPage page, string button) =>
        page.GetByRole(AriaRole.Button, new() { Name = button, Exact = true }).ClickAsync();

    private static async Task SubscribeAsync(IPage page)
    {
        await ClickAsync(page, "Subscribe");
        await Expect(page.Locator("#state")).ToHaveTextAsync("live");
    }

    private Task<IPage> OpenAsync(int width = 1280, int height = 900) => chromium.OpenAsync(_hub, width, height);
}
