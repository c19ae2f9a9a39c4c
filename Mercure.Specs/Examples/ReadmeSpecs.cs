using System.Text.RegularExpressions;
using Mercure.Specs.Settings;
using Xunit;

namespace Mercure.Specs.Examples;

/// <summary>The commands of the documentation, in blocks marked <c>sh</c>, run as printed apart from the hub's port.</summary>
public sealed partial class ReadmeSpecs(DemoHubFixture fixture) : IClassFixture<DemoHubFixture>
{
    [Theory]
    [InlineData("README.md", 2)]
    [InlineData("docs/getting-started.md", 5)]
    public async Task Should_show_commands_that_work(string document, int atLeast)
    {
        var blocks = Blocks().Matches(await File.ReadAllTextAsync(Path.Combine(Repository.Root, document)));

        Assert.True(blocks.Count >= atLeast, $"{document} has {blocks.Count} blocks marked sh");
        foreach (var script in blocks.Select(block => block.Groups["script"].Value))
        {
            var (exitCode, output) = await CommandLine.RunAsync(
                Repository.Root,
                [],
                "bash",
                "-c",
                script.Replace("http://localhost:3000/", fixture.Hub.Address.AbsoluteUri, StringComparison.Ordinal));
            Assert.True(exitCode == 0, $"{script}\nexit code {exitCode}\n{output}");
            Assert.All(
                Expected().Matches(script).Select(comment => comment.Groups["text"].Value),
                expected => Assert.Contains(expected, output, StringComparison.Ordinal));
        }
    }

    [GeneratedRegex(@"^```sh\n(?<script>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Blocks();

    /// <summary>A comment such as <c># → data: sold out</c> says what is printed.</summary>
    [GeneratedRegex(@"# → (?<text>.+)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Expected();
}
