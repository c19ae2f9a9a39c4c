using System.Text.Json;
using Mercure.Http.Hosting.Logging;
using Mercure.Specs.Protocol;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using Xunit;

namespace Mercure.Specs.Hosting;

public class LoggingSpecs
{
    [Fact]
    public void Should_write_a_line_of_text()
    {
        var line = Write(new TextFormatter(new FixedClock()), LogLevel.Information, "Update {Id} stored", ("Id", "a"), ("RemoteAddr", "::1"), ("EventType", "x y"));

        Assert.Equal("2026-01-31T12:00:00.000Z INFO  Update a stored remote_addr=::1 event_type=\"x y\"\n", line);
    }

    [Fact]
    public void Should_leave_out_what_has_no_value()
    {
        Assert.EndsWith(" INFO  Hi\n", Write(new TextFormatter(new FixedClock()), LogLevel.Information, "Hi", ("Detail", null)), StringComparison.Ordinal);
        Assert.DoesNotContain("detail", Write(JsonFormatter.Json(new FixedClock()), LogLevel.Information, "Hi", ("Detail", null)), StringComparison.Ordinal);
    }

    [Fact]
    public void Should_not_let_input_forge_a_line()
    {
        // CWE-117
        var line = Write(new TextFormatter(new FixedClock()), LogLevel.Warning, "Topic {Topic}", ("Topic", "a\n2026"), ("Other", "\r\n\u001b[31m\""));

        Assert.Equal("2026-01-31T12:00:00.000Z WARN  Topic a\\n2026 other=\"\\u000d\\n\\u001b[31m\\\"\"\n", line);
    }

    // U+2028 ends a line in some viewers, U+202E turns the rest of it round, U+0085 is a line end of ISO 6429
    [Fact]
    public void Should_not_let_input_forge_what_a_viewer_shows()
    {
        var line = Write(new TextFormatter(new FixedClock()), LogLevel.Warning, "Topic {Topic}", ("Topic", "é\u2028\u202e"), ("Origin", "http://a\u0085 b"));

        Assert.Equal("2026-01-31T12:00:00.000Z WARN  Topic é\\u2028\\u202e origin=\"http://a\\u0085 b\"\n", line);
    }

    [Fact]
    public async Task Should_not_let_a_path_forge_the_fields_of_the_access_log()
    {
        // CWE-117
        await using var hub = await new HubFixture { Settings = HubFixture.Default with { AccessLog = true } }.StartedAsync();

        using var response = await hub.Client.GetAsync(new Uri(hub.Url, "/a%20200%20duration_ms=0%0A%22%E2%80%A8?b=c"));
        await hub.StopAsync();

        Assert.Contains(hub.Logs.Lines, static line => line.StartsWith("GET /a%20200%20duration_ms=0%0A%22%E2%80%A8 404 ", StringComparison.Ordinal));
    }

    [Fact]
    public void Should_write_json_as_the_reference_names_its_fields()
    {
        using var line = JsonDocument.Parse(Write(JsonFormatter.Json(new FixedClock()), LogLevel.Warning, "Hi", ("RemoteAddr", "::1"), ("Status", 200), ("Level", "x")));

        Assert.Equal("2026-01-31T12:00:00.000Z", line.RootElement.GetProperty("time").GetString());
        Assert.Equal("warning", line.RootElement.GetProperty("level").GetString());
        Assert.Equal("Hi", line.RootElement.GetProperty("msg").GetString());
        Assert.Equal("::1", line.RootElement.GetProperty("remote_addr").GetString());
        Assert.Equal(200, line.RootElement.GetProperty("status").GetInt32());
        Assert.Equal("x", line.RootElement.GetProperty("field_level").GetString());
    }

    [Fact]
    public void Should_write_json_for_fluentd()
    {
        var text = Write(JsonFormatter.Fluentd(new FixedClock()), LogLevel.Error, "a\nb");
        using var line = JsonDocument.Parse(text);

        Assert.Equal("ERROR", line.RootElement.GetProperty("severity").GetString());
        Assert.Equal("a\nb", line.RootElement.GetProperty("message").GetString());
        Assert.Equal(1, text.Count(static c => c == '\n'));
    }

    private static string Write(ConsoleFormatter formatter, LogLevel level, string template, params (string Name, object? Value)[] fields)
    {
        List<KeyValuePair<string, object?>> state = [.. fields.Select(static field => new KeyValuePair<string, object?>(field.Name, field.Value))];
        state.Add(new KeyValuePair<string, object?>("{OriginalFormat}", template));
        var message = fields.Aggregate(template, static (text, field) => text.Replace($"{{{field.Name}}}", field.Value?.ToString(), StringComparison.Ordinal));
        var writer = new StringWriter();
        formatter.Write(new LogEntry<List<KeyValuePair<string, object?>>>(level, "Specs", 0, state, null, (_, _) => message), null, writer);
        return writer.ToString();
    }

    private sealed class FixedClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);
    }
}
