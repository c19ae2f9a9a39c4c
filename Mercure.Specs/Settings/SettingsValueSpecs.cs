using Mercure.Http.Settings;
using Mercure.Journal;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Mercure.Specs.Settings;

public class SettingsValueSpecs
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("0s", 0)]
    [InlineData("15s", 15_000)]
    [InlineData("2m", 120_000)]
    [InlineData("1h30m", 5_400_000)]
    [InlineData("1.5h", 5_400_000)]
    [InlineData(".5s", 500)]
    [InlineData("500ms", 500)]
    [InlineData("1000us", 1)]
    [InlineData("1000µs", 1)]
    [InlineData("1000000ns", 1)]
    [InlineData("576h", 2_073_600_000)]
    public void Should_read_durations_as_go_writes_them(string text, long milliseconds)
    {
        Assert.True(GoDuration.TryParse(text, out var duration));
        Assert.Equal(milliseconds, duration.TotalMilliseconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("15")]
    [InlineData("-15s")]
    [InlineData("s")]
    [InlineData(".s")]
    [InlineData("1.2.3s")]
    [InlineData("1d")]
    [InlineData("15 s")]
    [InlineData("15S")]
    [InlineData("577h")]
    [InlineData("99999999999999999999999999999999999h")]
    [InlineData("9999999999999999999999h")]
    public void Should_refuse_other_durations(string text)
    {
        Assert.False(GoDuration.TryParse(text, out _));
    }

    [Theory]
    [InlineData(":3000", null, 3000)]
    [InlineData("127.0.0.1:3000", "127.0.0.1", 3000)]
    [InlineData("[::1]:3000", "::1", 3000)]
    [InlineData("localhost:0", "localhost", 0)]
    [InlineData(":http", null, 80)]
    [InlineData("0.0.0.0:https", "0.0.0.0", 443)]
    public void Should_read_addresses(string text, string? host, int port)
    {
        var listen = Loading.Load(("ADDR", text)).Listen;

        Assert.Equal(host, listen.Host);
        Assert.Equal(port, listen.Port);
    }

    [Theory]
    [InlineData(":3000")]
    [InlineData("127.0.0.1:3000")]
    [InlineData("[::1]:3000")]
    [InlineData("localhost:3000")]
    public void Should_name_addresses_as_they_are_written(string text)
    {
        Assert.True(ListenAddress.TryParse(text, out var address));
        Assert.Equal(text, address.ToString());
    }

    [Theory]
    [InlineData("3000")]
    [InlineData("127.0.0.1")]
    [InlineData("::1:3000")]
    [InlineData(":")]
    [InlineData(":65536")]
    [InlineData(":-1")]
    [InlineData("1:3000")]
    [InlineData("[127.0.0.1]:3000")]
    [InlineData("http://localhost:3000")]
    [InlineData("*:3000")]
    public void Should_refuse_other_addresses(string text)
    {
        Assert.Equal(
            $"ADDR is \"{text}\"; accepted: :3000, 127.0.0.1:3000, [::1]:3000 or localhost:3000; the port may be http or https",
            Loading.Problem(("ADDR", text)));
    }

    [Theory]
    [InlineData("https://a.example,https://b.example")]
    [InlineData("https://a.example https://b.example")]
    [InlineData(" https://a.example ,  https://b.example, ")]
    public void Should_split_lists_on_commas_and_spaces(string text)
    {
        Assert.Equal(["https://a.example", "https://b.example"], Loading.Load(("CORS_ALLOWED_ORIGINS", text)).Listen.CorsAllowedOrigins);
    }

    [Theory]
    [InlineData("https://Example.COM:443", "https://example.com")]
    [InlineData("http://localhost:3000", "http://localhost:3000")]
    [InlineData("http://[::1]:80", "http://[::1]")]
    [InlineData("https://exämple.de", "https://xn--exmple-cua.de")]
    [InlineData("capacitor://localhost", "capacitor://localhost")]
    [InlineData("https://*.Example.com:443", "https://*.example.com")]
    [InlineData("https://*.exämple.de:8443", "https://*.xn--exmple-cua.de:8443")]
    [InlineData("http://LOCALHOST:*", "http://localhost:*")]
    [InlineData("http://[::1]:*", "http://[::1]:*")]
    [InlineData("http://*.localhost:*", "http://*.localhost:*")]
    [InlineData("*", "*")]
    public void Should_spell_origins_as_browsers_do(string text, string origin)
    {
        Assert.Equal([origin], Loading.Load(("CORS_ALLOWED_ORIGINS", text)).Listen.CorsAllowedOrigins);
    }

    [Theory]
    [InlineData("example.com")]
    [InlineData("https://example.com/")]
    [InlineData("https://example.com/path")]
    [InlineData("https://user@example.com")]
    [InlineData("https://*")]
    [InlineData("https://*.com")]
    [InlineData("https://*.0.0.1")]
    [InlineData("https://*.[::1]")]
    [InlineData("https://*example.com")]
    [InlineData("https://*.*.example.com")]
    [InlineData("https://www.*.example.com")]
    [InlineData("https://*.example.com/")]
    [InlineData("https://*.")]
    [InlineData("*://example.com")]
    [InlineData("*.example.com")]
    [InlineData("https://example.com:*")]
    [InlineData("https://*.example.com:*")]
    [InlineData("http://localhost:3*")]
    [InlineData("http://:*")]
    [InlineData("localhost:3000")]
    [InlineData("null")]
    public void Should_refuse_what_is_no_origin(string text)
    {
        Assert.StartsWith($"CORS_ALLOWED_ORIGINS is \"{text}\"; accepted: origins", Loading.Problem(("CORS_ALLOWED_ORIGINS", text)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://*.com", "* needs two labels or more behind it")]
    [InlineData("https://example.com:*", "* stands for every port of localhost, 127.0.0.1 and [::1] only")]
    [InlineData("https://www*.example.com", "* stands for one whole label on the left")]
    [InlineData("null", "any page can be without an origin")]
    public void Should_say_why_a_pattern_is_none_for_reading_and_for_publishing(string text, string reason)
    {
        Assert.Contains($"; {reason}", Loading.Problem(("CORS_ALLOWED_ORIGINS", text)), StringComparison.Ordinal);
        Assert.Contains($"; {reason}", Loading.Problem(("PUBLISH_ALLOWED_ORIGINS", text)), StringComparison.Ordinal);
    }

    [Fact]
    public void Should_refuse_every_origin_for_publishing_by_cookie()
    {
        // CWE-352: any page could publish in the name of its visitors
        Assert.StartsWith("PUBLISH_ALLOWED_ORIGINS is \"*\"; accepted: ", Loading.Problem(("PUBLISH_ALLOWED_ORIGINS", "*")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1", true)]
    [InlineData("true", true)]
    [InlineData("TRUE", true)]
    [InlineData("0", false)]
    [InlineData("false", false)]
    public void Should_read_flags(string text, bool value)
    {
        Assert.Equal(value, Loading.Load(("ALLOW_ANONYMOUS", text)).Tokens.AllowAnonymous);
        Assert.Equal(value, Loading.Load(("COMPRESS", text)).Streams.Compress);
    }

    [Theory]
    [InlineData("1048576", 1048576)]
    [InlineData("512KiB", 524288)]
    [InlineData("4 MiB", 4194304)]
    public void Should_read_sizes(string text, int bytes)
    {
        Assert.Equal(bytes, Loading.Load(("MERCURE_MAX_REQUEST_SIZE", text)).Publish.MaxRequestSize);
    }

    [Theory]
    [InlineData("JSON", LogFormat.Json)]
    [InlineData("FLUENTD", LogFormat.Fluentd)]
    [InlineData("text", LogFormat.Text)]
    public void Should_read_log_formats(string text, LogFormat format)
    {
        Assert.Equal(format, Loading.Load(("LOG_FORMAT", text)).LogFormat);
    }

    [Fact]
    public void Should_read_log_levels()
    {
        var levels = Loading.Load(("LOG_LEVEL", "WARN"), ("LOG_LEVELS", "journal=debug, cluster:off http=notice")).LogLevels;

        Assert.Equal(
            [LogLevel.Information, LogLevel.Warning, LogLevel.Warning, LogLevel.Debug, LogLevel.None],
            Enum.GetValues<LogArea>().Select(levels.Of));
    }

    [Theory]
    [InlineData("0", "", LogLevel.Information)]
    [InlineData("1", "", LogLevel.Debug)]
    [InlineData("1", "error", LogLevel.Error)]
    public void Should_debug_at_the_level_of_debugging_unless_another_is_set(string debug, string level, LogLevel expected) =>
        Assert.Equal(expected, Loading.Load(("DEBUG", debug), ("LOG_LEVEL", level)).LogLevels.Of(LogArea.Actors));

    [Fact]
    public void Should_turn_the_demo_and_the_access_log_on_with_debug()
    {
        var settings = Loading.Load(("DEBUG", "1"), ("DEMO", "0"));

        Assert.True(settings.Debug && settings.Demo && settings.AccessLog);
    }

    [Theory]
    [InlineData("postgresql", JournalKind.PostgreSql)]
    [InlineData("mariadb", JournalKind.MariaDb)]
    [InlineData("mysql", JournalKind.MySql)]
    [InlineData("sqlserver", JournalKind.SqlServer)]
    public void Should_take_a_connection_string_for_database_servers(string text, JournalKind kind)
    {
        var journal = Loading.Load(("MERCURE_JOURNAL", text), ("MERCURE_JOURNAL_CONNECTION_STRING", "Host=db")).Journal;

        Assert.Equal(kind, journal.Kind);
        Assert.Equal("Host=db", journal.ConnectionString);
    }
}
