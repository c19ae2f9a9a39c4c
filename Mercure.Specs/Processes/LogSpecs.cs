using System.Text.Json;
using Mercure.Specs.Journals;
using Xunit;

namespace Mercure.Specs.Processes;

/// <summary><c>LOG_FORMAT</c>: whatever a hub writes, whoever in it wrote it.</summary>
public sealed class LogSpecs
{
    [Theory]
    [InlineData("JSON", "msg")]
    [InlineData("FLUENTD", "message")]
    public async Task Should_write_each_line_as_an_object_that_says_its_text_once(string format, string message)
    {
        await using var setup = await HubSetup.CreateAsync(TestDatabase.Memory, ("LOG_FORMAT", format));
        await using var hub = await HubProcess.StartAsync(setup);
        hub.Send(Signal.Terminate);
        await hub.ExitAsync(HubProcess.StartTimeout);

        var lines = hub.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        Assert.Contains(lines, line => Field(line, message) == "Mercure started");
        Assert.Contains(lines, line => Field(line, message)!.StartsWith("Log hub/default is open", StringComparison.Ordinal));
        Assert.All(lines, line => Assert.Null(Field(line, "text")));
    }

    private static string? Field(string line, string name)
    {
        using var json = JsonDocument.Parse(line);
        return json.RootElement.TryGetProperty(name, out var value) ? value.GetString() : null;
    }
}
