using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Mercure.Specs.Browser;
using Mercure.Specs.Processes;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Mercure.Specs.Examples;

/// <summary>The applications of <c>examples/</c>, each with its page in a browser.</summary>
[Collection(ChromiumCollection.Name)]
public sealed class ApplicationExampleSpecs(ChromiumFixture chromium)
{
    private readonly DemoHub _hub = chromium.Hub;

    [Fact]
    public Task Should_chat_among_those_who_have_entered_and_nobody_else() => ChatsAsync(_hub, _hub.HubUrl, HubSetup.Key);

    [Fact]
    public async Task Should_chat_through_a_hub_of_generation_0_10_by_configuration_alone()
    {
        const string key = "another key, since each generation has its own";
        await using var hub = await DemoHub.StartAsync(("MERCURE_PUBLISHER_JWT_KEY", key), ("MERCURE_SUBSCRIBER_JWT_KEY", key));

        await ChatsAsync(hub, new Uri(hub.Address, ".well-known/mercure"), key);
    }

    [Fact]
    public async Task Should_refuse_who_has_not_entered_the_chat()
    {
        await using var chat = await NodeApplication.StartAsync("chat", _hub.HubUrl, HubSetup.Key);

        using var room = await _hub.Client.GetAsync(new Uri(chat.Address, "room"));

        Assert.Equal(401, (int)room.StatusCode);
        Assert.False(room.Headers.Contains("Set-Cookie"));
    }

    [Fact]
    public async Task Should_show_readers_what_the_hub_can_not_read()
    {
        await using var report = await NodeApplication.StartAsync("encryption", _hub.HubUrl, HubSetup.Key);
        using var stream = await ListenAsync(_hub, "https://example.com/reports/1");
        var page = await chromium.OpenAsync(_hub);
        await page.GotoAsync(report.Address.AbsoluteUri);
        await Expect(page.Locator("#state")).ToHaveTextAsync("subscribed");

        await page.GetByLabel("New version").FillAsync("Profits are up – buy!");
        await page.GetByRole(AriaRole.Button, new() { Name = "Publish" }).ClickAsync();

        await Expect(page.Locator("#text")).ToHaveTextAsync("Profits are up – buy!");
        var seen = await DataAsync(stream);
        await Expect(page.Locator("#seen")).ToHaveTextAsync(seen);
        using var keys = await _hub.Client.GetAsync(new Uri(report.Address, "/keys"));
        Assert.Equal(403, (int)keys.StatusCode);
        Assert.Equal("Profits are up – buy!", Decrypt(seen, await page.EvaluateAsync<string>("async () => (await fetch('/keys')).text()")));
    }

    /// <summary>RFC 7516, 5.2, once more and in another language, so that the example is not merely of one mind with itself.</summary>
    private static string Decrypt(string jwe, string keySet)
    {
        var parts = jwe.Split('.');
        var (iv, content, tag) = (Base64Url.DecodeFromChars(parts[2]), Base64Url.DecodeFromChars(parts[3]), Base64Url.DecodeFromChars(parts[4]));
        using var keys = JsonDocument.Parse(keySet);
        using var header = JsonDocument.Parse(Base64Url.DecodeFromChars(parts[0]));
        var key = keys.RootElement.GetProperty("keys")[0];
        Assert.Equal(key.GetProperty("kid").GetString(), header.RootElement.GetProperty("kid").GetString());
        using var aes = new AesGcm(Base64Url.DecodeFromChars(key.GetProperty("k").GetString()), tag.Length);
        var text = new byte[content.Length];
        aes.Decrypt(iv, content, tag, text, Encoding.ASCII.GetBytes(parts[0]));
        return Encoding.UTF8.GetString(text);
    }

    private async Task ChatsAsync(DemoHub hub, Uri url, string key)
    {
        await using var chat = await NodeApplication.StartAsync("chat", url, key);
        var topic = new Uri(chat.Address, "room").AbsoluteUri;
        using var stranger = await ListenAsync(hub, topic);
        var ann = await chromium.OpenAsync(hub);
        var bob = await chromium.OpenAnotherAsync(hub);

        await EnterAsync(ann, chat, "Ann");
        await SayAsync(ann, "Is <b>anybody</b> there?");
        await Expect(Messages(ann)).ToHaveTextAsync(["Ann: Is <b>anybody</b> there?"]);
        await EnterAsync(bob, chat, "Bob");
        await SayAsync(bob, "I am.");

        string[] said = ["Ann: Is <b>anybody</b> there?", "Bob: I am."];
        await Expect(Messages(ann)).ToHaveTextAsync(said);
        await Expect(Messages(bob)).ToHaveTextAsync(said);
        // What everybody may read comes after it: by then the rest would have arrived
        await hub.PublishAsync(topic, """{"name":"The hub","text":"closes"}""");
        Assert.Contains("closes", await DataAsync(stranger), StringComparison.Ordinal);
        await Expect(Messages(ann)).ToHaveCountAsync(3);
    }

    private static ILocator Messages(IPage page) => page.Locator("#messages > li");

    private static async Task EnterAsync(IPage page, NodeApplication chat, string name)
    {
        await page.GotoAsync(chat.Address.AbsoluteUri);
        await page.GetByLabel("Your name").FillAsync(name);
        await page.GetByRole(AriaRole.Button, new() { Name = "Enter" }).ClickAsync();
        await Expect(page.Locator("#state")).ToHaveTextAsync("You hear everything that is said.");
    }

    private static async Task SayAsync(IPage page, string text)
    {
        await page.GetByLabel("Message", new() { Exact = true }).FillAsync(text);
        await page.GetByRole(AriaRole.Button, new() { Name = "Send" }).ClickAsync();
    }

    /// <summary>As somebody who has no token; subscribed when it completes.</summary>
    private static async Task<StreamReader> ListenAsync(DemoHub hub, string topic) =>
        new(await hub.Client.GetStreamAsync($"hub?topic={Uri.EscapeDataString(topic)}"));

    private static async Task<string> DataAsync(StreamReader stream)
    {
        using var late = new CancellationTokenSource(Eventually.Patience);
        string? line;
        do
            line = await stream.ReadLineAsync(late.Token);
        while (line is not null && !line.StartsWith("data: ", StringComparison.Ordinal));
        return line?["data: ".Length..] ?? "";
    }
}
