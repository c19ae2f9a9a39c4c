using Mercure.Specs.Settings;
using Xunit;

namespace Mercure.Specs.Examples;

/// <summary>The publishers of <c>examples/</c>, run as their README says.</summary>
public sealed class PublisherExampleSpecs(DemoHubFixture fixture) : IClassFixture<DemoHubFixture>
{
    private static readonly string Directory = Path.Combine(Repository.Root, "examples");

    [Fact]
    public Task Should_publish_with_Node() => PublishAsync("Node.js", Directory, "node", "publish.mjs");

    [Fact]
    public Task Should_publish_with_Python() => PublishAsync("Python", Directory, "python3", "publish.py");

    [Fact]
    public Task Should_publish_with_CSharp() => PublishAsync("C#", Path.Combine(Directory, "csharp"), "dotnet", "run", "publish.cs");

    [ExampleFact("php")]
    public Task Should_publish_with_Php() => PublishAsync("PHP", Directory, "php", "publish.php");

    [ExampleFact("ruby")]
    public Task Should_publish_with_Ruby() => PublishAsync("Ruby", Directory, "ruby", "publish.rb");

    /// <summary>The same in generation 0.10: another URL and token, as the README says.</summary>
    [Fact]
    public async Task Should_publish_to_the_hub_of_generation_0_10()
    {
        var readme = await File.ReadAllTextAsync(Path.Combine(Directory, "README.md"));
        var token = readme.Split("TOKEN=")[1].Split(' ', '\n')[0];
        await using var hub = await Browser.DemoHub.StartAsync(
            ("MERCURE_PUBLISHER_JWT_KEY", "!ChangeThisMercureHubJWTSecretKey!"), ("MERCURE_SUBSCRIBER_JWT_KEY", "!ChangeThisMercureHubJWTSecretKey!"));
        var (exitCode, output) = await CommandLine.RunAsync(
            Directory, [("HUB_URL", new Uri(hub.Address, ".well-known/mercure").AbsoluteUri), ("TOKEN", token)], "node", "publish.mjs");

        Assert.Equal(0, exitCode);
        Assert.StartsWith("200 urn:uuid:", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Should_show_the_reason_of_a_refusal()
    {
        var (exitCode, output) = await CommandLine.RunAsync(Directory, Environment("no.token.atall"), "node", "publish.mjs");

        Assert.Equal(1, exitCode);
        Assert.StartsWith("401 The token is not", output, StringComparison.Ordinal);
    }

    private async Task PublishAsync(string language, string directory, string program, params string[] arguments)
    {
        var (exitCode, output) = await CommandLine.RunAsync(directory, Environment(""), program, arguments);

        Assert.True(exitCode == 0, output);
        Assert.StartsWith("200 ", output, StringComparison.Ordinal);
        var id = output["200 ".Length..].Trim();
        var replay = await ReplayOfAsync(id);
        Assert.Contains($"\"{language}\"", replay.Replace("\": \"", "\":\"", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    /// <summary>Everything that the history holds, up to the update of this id.</summary>
    private async Task<string> ReplayOfAsync(string id)
    {
        using var stream = await fixture.Hub.Client.GetStreamAsync($"hub?topic=https://example.com/books/1&Last-Event-ID={Uri.EscapeDataString(fixture.First)}");
        using var reader = new StreamReader(stream);
        var text = "";
        while (!text.Contains($"id: {id}", StringComparison.Ordinal) || !text.EndsWith("\n\n", StringComparison.Ordinal))
            text += await reader.ReadLineAsync() + "\n";
        return text;
    }

    /// <summary>The token of the example itself when there is none here.</summary>
    private (string Name, string Value)[] Environment(string token) =>
        token.Length == 0
            ? [("HUB_URL", fixture.Hub.HubUrl.AbsoluteUri)]
            : [("HUB_URL", fixture.Hub.HubUrl.AbsoluteUri), ("TOKEN", token)];
}
