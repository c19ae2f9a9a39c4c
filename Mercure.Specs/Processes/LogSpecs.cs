using System.Text.Json;
using Mercure.Specs.Journals;
using Xunit;

namespace Mercure.Specs.Processes;

/// <summary><c>LOG_FORMAT</c>: whatever a hub writes, whoever in it wrote it.</summary>
public sealed class LogSpecs
{
    /// <summary>With <c>DEBUG</c> Akka.NET has most to say, also when the hub's log has gone.</summary>
    [Theory]
    [InlineData("JSON", "msg", "0")]
    [InlineData("FLUENTD", "message", "1")]
    public async Task Should_write_each_line_as_an_object_that_says_its_text_once(string format, string message, string debug)
    {
        await using var setup = await HubSetup.CreateAsync(TestDatabase.Memory, ("LOG_FORMAT", format), ("DEBUG", debug), ("MERCURE_PUBLIC_URL", "https://example.com"));
        await using var hub = await HubProcess.StartAsync(setup);
        // What runs without being asked; the line follows the first check that a publish would work
        await Eventually.IsTrueAsync(() => Task.FromResult(hub.Output.Contains("Mercure started", StringComparison.Ordinal)), HubProcess.StartTimeout, () => hub.Output);
        hub.Send(Signal.Terminate);
        await hub.ExitAsync(HubProcess.StartTimeout);

        var lines = Lines(hub.Output);
        var texts = lines.ConvertAll(line => Field(line, message)!);
        Assert.All(lines, line => Assert.Null(Field(line, "text")));
        Assert.Single(texts, text => text.Contains("MERCURE_PUBLIC_URL", StringComparison.Ordinal));
        Assert.Contains("Mercure stopped", texts);
        // Whoever waits for it may publish
        Assert.InRange(texts.FindIndex(text => text.StartsWith("Log hub/default is open", StringComparison.Ordinal)), 0, texts.IndexOf("Mercure started") - 1);
    }

    [Fact]
    public async Task Should_write_why_it_does_not_start_as_an_object_too()
    {
        await using var setup = await HubSetup.CreateAsync(TestDatabase.Memory, ("LOG_FORMAT", "json"), ("COMPRESS", "maybe"));
        await using var hub = HubProcess.Launch(setup);

        Assert.Equal(1, await hub.ExitAsync(HubProcess.StartTimeout));
        var line = Assert.Single(Lines(hub.Output));
        Assert.Equal("COMPRESS is \"maybe\"; accepted: 1, 0, true or false", Field(line, "msg"));
        Assert.Equal("fatal", Field(line, "level"));
    }

    private static List<string> Lines(string output) => [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];

    private static string? Field(string line, string name)
    {
        using var json = JsonDocument.Parse(line);
        return json.RootElement.TryGetProperty(name, out var value) ? value.GetString() : null;
    }
}
