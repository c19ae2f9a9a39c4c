using Mercure.Journal;
using Xunit;

namespace Mercure.Specs.Settings;

/// <summary>Variables of the reference's standalone hubs and of its image: honoured, or refused by name with what to use instead.</summary>
public sealed class ReferenceVariableSpecs
{
    [Theory]
    [InlineData(":5418", 5418)]
    [InlineData(":80", 80)]
    [InlineData("http://localhost", 80)]
    [InlineData("http://:3000", 3000)]
    [InlineData("http://hub.example.com:3000", 3000)]
    [InlineData("http://[::1]:3000", 3000)]
    [InlineData("hub.example.com:80", 80)]
    [InlineData("http://a.example, http://b.example", 80)]
    [InlineData("http://*.example.com", 80)]
    public void Should_listen_in_clear_text_where_server_name_says(string name, int port)
    {
        var listen = Loading.Load(("SERVER_NAME", name)).Listen;

        Assert.Equal((null, port), (listen.Host, listen.Port));
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("hub.example.com")]
    [InlineData("https://hub.example.com:8443")]
    [InlineData("hub.example.com:8443")]
    [InlineData(":443")]
    public void Should_not_do_without_the_certificate_that_server_name_implies(string name) =>
        Assert.StartsWith("SERVER_NAME: the reference gets a certificate for such a name by itself, and this hub does not; accepted: :3000, ", Loading.Problem(("SERVER_NAME", name)), StringComparison.Ordinal);

    [Theory]
    [InlineData("3000:")]
    [InlineData("ftp://hub.example.com")]
    [InlineData("http://hub.example.com/path")]
    [InlineData("http://hub.example.com:66000")]
    [InlineData("{$HOST}")]
    [InlineData("http://a.example, b.example")]
    public void Should_refuse_a_server_name_that_names_no_address(string name) =>
        Assert.StartsWith($"SERVER_NAME is \"{name}\"; accepted: :3000, ", Loading.Problem(("SERVER_NAME", name)), StringComparison.Ordinal);

    [Fact]
    public void Should_listen_where_addr_says_whatever_the_server_is_called()
    {
        var settings = Loading.Load(("SERVER_NAME", "hub.example.com"), ("ADDR", "127.0.0.1:3000"));

        Assert.Equal(("127.0.0.1", 3000), (settings.Listen.Host, settings.Listen.Port));
        Assert.Equal(["SERVER_NAME"], settings.IgnoredVariables);
    }

    [Fact]
    public void Should_refuse_two_ports() => Assert.Equal(
        "ADDR and SERVER_NAME are two names of one setting and have different values; set one of them", Loading.Problem(("SERVER_NAME", ":5418"), ("ADDR", ":3000")));

    [Theory]
    [InlineData("TRANSPORT_URL", "bolt://u.db?size=1000", "u.db", 1000, 0.3)]
    [InlineData("MERCURE_TRANSPORT_URL", "bolt:///tmp/Hub.db?size=5&cleanup_frequency=0.5&bucket_name=updates", "/tmp/Hub.db", 5, 0.5)]
    [InlineData("TRANSPORT_URL", "bolt:///tmp/a%20b.db?size=", "/tmp/a b.db", 0, 0.3)]
    public void Should_keep_the_history_that_the_transport_has(string name, string url, string path, long size, double cleanupFrequency)
    {
        var settings = Loading.Load((name, url), ("DB_PATH", ""));

        Assert.Equal((JournalKind.Sqlite, path), (settings.Journal.Kind, settings.Journal.Path));
        Assert.Equal((size, cleanupFrequency), (settings.History.Size, settings.History.CleanupFrequency));
    }

    [Theory]
    [InlineData("local://local")]
    [InlineData("null://null")]
    public void Should_keep_the_history_in_memory_where_the_transport_has_none(string url) =>
        Assert.Equal(JournalKind.Memory, Loading.Load(("TRANSPORT_URL", url)).Journal.Kind);

    [Theory]
    [InlineData("redis://user:hidden@redis:6379", "TRANSPORT_URL (its value is not shown) names no transport that this hub has; accepted: bolt:///data/hub.db")]
    [InlineData("updates.db", "TRANSPORT_URL (its value is not shown) names no transport that this hub has; accepted: bolt:///data/hub.db")]
    [InlineData("bolt://", "TRANSPORT_URL names no file that is clear; accepted: bolt:///data/hub.db, or bolt://hub.db")]
    [InlineData("bolt://data/updates.db", "TRANSPORT_URL names no file that is clear; accepted: bolt:///data/hub.db, or bolt://hub.db")]
    [InlineData("bolt://u.db?size=many", "size of TRANSPORT_URL is \"many\"; accepted: a whole number from 0")]
    [InlineData("bolt://u.db?cleanup_frequency=2", "cleanup_frequency of TRANSPORT_URL is \"2\"; accepted: a number from 0 to 1 such as 0.3")]
    [InlineData("bolt://u.db?bucket_name=demo", "bucket_name of TRANSPORT_URL has no counterpart; leave it out, and use MERCURE_NAME")]
    [InlineData("bolt://u.db?sise=1", "sise of TRANSPORT_URL is not known; accepted: size, cleanup_frequency")]
    public void Should_refuse_another_transport_without_showing_it(string url, string problem)
    {
        var line = Loading.Problem(("TRANSPORT_URL", url), ("DB_PATH", ""));

        Assert.StartsWith(problem, line, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("HISTORY_SIZE", "20", "HISTORY_SIZE and size of TRANSPORT_URL")]
    [InlineData("DB_PATH", "/tmp/other.db", "DB_PATH and TRANSPORT_URL")]
    [InlineData("MERCURE_JOURNAL", "memory", "MERCURE_JOURNAL and TRANSPORT_URL")]
    [InlineData("MERCURE_TRANSPORT_URL", "bolt:///tmp/other.db", "TRANSPORT_URL and MERCURE_TRANSPORT_URL")]
    public void Should_refuse_a_transport_that_another_setting_contradicts(string name, string value, string names) => Assert.Equal(
        $"{names} are two names of one setting and have different values; set one of them",
        Loading.Problem(("DB_PATH", ""), ("TRANSPORT_URL", "bolt:///tmp/u.db?size=10"), (name, value)));

    /// <summary>The usual start after a replacement: the file of the transport is there, and is the reference's.</summary>
    [Fact]
    public void Should_leave_the_references_database_alone_when_the_transport_names_it()
    {
        var page = new byte[4096];
        new byte[] { 0xED, 0xDA, 0x0C, 0xED }.CopyTo(page, 16);
        using var file = new TemporaryFile(page);

        Assert.StartsWith(
            $"TRANSPORT_URL is \"{file.Path}\": it is a bbolt database of the reference hub",
            Loading.Problem(("TRANSPORT_URL", $"bolt://{file.Path}"), ("DB_PATH", "")),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Should_know_the_settings_that_only_the_standalone_hub_calls_so()
    {
        (string, string)[] keys = [("MERCURE_PUBLISHER_JWT_KEY", "a"), ("MERCURE_SUBSCRIBER_JWT_KEY", "b")];

        Assert.Equal(TimeSpan.FromSeconds(5), Loading.Load(("DISPATCH_TIMEOUT", "5s")).Streams.DispatchTimeout);
        Assert.True(Loading.Load([.. keys, ("SUBSCRIPTIONS", "1")]).V010!.Subscriptions);
        Assert.True(Loading.Load([.. keys, ("DISPATCH_SUBSCRIPTIONS", "1")]).V010!.Subscriptions);
    }

    [Theory]
    [InlineData("SUBSCRIPTIONS")]
    [InlineData("MERCURE_V010_SUBSCRIPTIONS")]
    public void Should_refuse_subscriptions_without_the_generation_that_has_them(string name) =>
        Assert.StartsWith($"{name} is on, but generation 0.10 of the protocol", Loading.Problem((name, "1")), StringComparison.Ordinal);

    [Theory]
    [InlineData("ACME_HTTP01_ADDR", ":8080", "use CERT_FILE and KEY_FILE")]
    [InlineData("CADDY_EXTRA_CONFIG", "x", "configuration of Caddy")]
    [InlineData("CADDY_SERVER_EXTRA_DIRECTIVES", "x", "configuration of Caddy")]
    [InlineData("EXTRA_DIRECTIVES", "x", "configuration of Caddy")]
    [InlineData("GLOBAL_OPTIONS", "debug", "configuration of Caddy")]
    [InlineData("MERCURE_LICENSE", "x", "unset it")]
    [InlineData("METRICS", "1", "/healthz")]
    [InlineData("METRICS_ENABLED", "true", "/healthz")]
    [InlineData("READ_HEADER_TIMEOUT", "3s", "READ_TIMEOUT")]
    [InlineData("SUBSCRIPTIONS_INCLUDE_IP", "1", "unset it")]
    [InlineData("TCSZ", "100", "unset it")]
    public void Should_say_what_to_do_instead_of_a_variable_without_an_equal(string name, string value, string instead)
    {
        var problem = Loading.Problem((name, value));

        Assert.StartsWith($"{name} ", problem, StringComparison.Ordinal);
        Assert.Contains(instead, problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("METRICS")]
    [InlineData("METRICS_ENABLED")]
    [InlineData("SUBSCRIPTIONS_INCLUDE_IP")]
    public void Should_not_mind_what_is_off(string name) => Assert.Empty(Loading.Load((name, "0")).IgnoredVariables);

    /// <summary>A directive's value may be a key.</summary>
    [Fact]
    public void Should_name_the_setting_for_each_directive_of_caddy() => Assert.Equal(
        "MERCURE_EXTRA_DIRECTIVES holds directives of Caddy, which this hub does not read; set instead: anonymous is ALLOW_ANONYMOUS=1; "
        + "cors_origins is CORS_ALLOWED_ORIGINS; publisher_jwt is MERCURE_PUBLISHER_JWT_KEY",
        Loading.Problem(("MERCURE_EXTRA_DIRECTIVES", "anonymous\n\t cors_origins https://example.com\n# demo\npublisher_jwt hidden HS256\n")));

    [Fact]
    public void Should_lead_to_the_documentation_from_directives_that_it_does_not_know() => Assert.EndsWith(
        "docs/configuration.md has the setting for each", Loading.Problem(("MERCURE_EXTRA_DIRECTIVES", "reverse_proxy app:80")), StringComparison.Ordinal);
}
