using Mercure.Specs.Examples;
using Xunit;

namespace Mercure.Specs.Settings;

/// <summary>What the program says without starting a hub, whatever the settings are.</summary>
public sealed class ArgumentsSpecs
{
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "mercure");

    [Theory]
    [InlineData("--help", "usage: mercure [--config <file>]")]
    [InlineData("-h", "docs/configuration.md")]
    [InlineData("--version", "mercure 0.")]
    public async Task Should_answer_what_it_is(string argument, string answer)
    {
        var (exitCode, output) = await CommandLine.RunAsync(AppContext.BaseDirectory, [("ADDR", "nonsense")], Program, argument);

        Assert.Equal(0, exitCode);
        Assert.Contains(answer, output, StringComparison.Ordinal);
    }
}
