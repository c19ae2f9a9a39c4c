using Mercure.Http.Settings;
using Mercure.Http.Tokens;
using Xunit;

namespace Mercure.Specs.Settings;

public class SettingsRefusalSpecs
{
    private const string Token = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJtZXJjdXJlIjp7fX0.c2lnbmF0dXJl";

    [Theory]
    [InlineData("HEARTBEAT_INTERVAL", "abc", "a duration such as 15s, 2m or 1h30m, 0s for none, at most 576h")]
    [InlineData("MERCURE_READ_TIMEOUT", "-1s", "a duration such as 15s, 2m or 1h30m, 0s for none, at most 576h")]
    [InlineData("WRITE_TIMEOUT", "2", "a duration such as 15s, 2m or 1h30m, 0s for none, at most 576h")]
    [InlineData("MERCURE_PUBLISH_TIMEOUT", "0s", "a duration such as 5s, from 100ms to 5m")]
    [InlineData("HISTORY_SIZE", "-1", "a whole number from 0")]
    [InlineData("HISTORY_CLEANUP_FREQUENCY", "1.5", "a number from 0 to 1 such as 0.3")]
    [InlineData("HISTORY_CLEANUP_FREQUENCY", "NaN", "a number from 0 to 1 such as 0.3")]
    [InlineData("COMPRESS", "yes", "1, 0, true or false")]
    [InlineData("LOG_FORMAT", "XML", "text, json, fluentd")]
    [InlineData("LOG_FORMAT", "1", "text, json, fluentd")]
    [InlineData("LOG_LEVEL", "loud", "trace, debug, info, warning, error, critical, none")]
    [InlineData("LOG_LEVEL", "1", "trace, debug, info, warning, error, critical, none")]
    [InlineData("LOG_LEVELS", "debug", "an area and its level such as journal=debug; areas are http, tokens, actors, journal, cluster, levels trace, debug, info, warning, error, critical, none")]
    [InlineData("LOG_LEVELS", "disk=debug", "an area and its level such as journal=debug; areas are http, tokens, actors, journal, cluster, levels trace, debug, info, warning, error, critical, none")]
    [InlineData("MERCURE_JOURNAL", "oracle", "sqlite, memory, postgresql, mariadb, mysql, sqlserver")]
    [InlineData("MERCURE_MAX_REQUEST_SIZE", "1GiB", "bytes such as 1048576, 512KiB or 4MiB, from 1KiB to 256MiB")]
    [InlineData("MERCURE_MAX_REQUEST_SIZE", "1", "bytes such as 1048576, 512KiB or 4MiB, from 1KiB to 256MiB")]
    [InlineData("MERCURE_NAME", "a/b", "1 to 64 letters, digits, dots, dashes and underscores")]
    [InlineData("MERCURE_TRUSTED_PROXIES", "proxy.local", "networks such as 10.0.0.0/8, addresses, or * for everyone")]
    public void Should_name_the_setting_its_value_and_what_is_accepted(string name, string value, string accepted)
    {
        Assert.Equal($"{name} is \"{value}\"; accepted: {accepted}", Loading.Problem((name, value)));
    }

    [Fact]
    public void Should_name_the_key_and_the_file_when_the_value_is_from_there()
    {
        using var file = new TemporaryFile("mercure.compress = maybe");

        Assert.Equal($"mercure.compress in {file.Path} is \"maybe\"; accepted: 1, 0, true or false", Loading.Problem(("MERCURE_CONFIG", file.Path)));
    }

    [Fact]
    public void Should_keep_a_problem_on_one_line()
    {
        // CWE-117: a value can't forge a line
        Assert.DoesNotContain('\n', Loading.Problem(("DEBUG", "a\nb")));
    }

    [Theory]
    [InlineData("MERCURE_CONFIG", "/no/such\n.conf")]
    [InlineData("MERCURE_JOURNA\n", "x")]
    [InlineData("DB_PATH", "/no/such\ndirectory/updates.db")]
    public void Should_keep_the_name_and_the_reason_on_one_line_too(string name, string value)
    {
        Assert.DoesNotContain('\n', Loading.Problem((name, value)));
    }

    [Fact]
    public void Should_tell_every_problem()
    {
        var refusal = Assert.Throws<SettingsException>(() => Loading.Load(("DEBUG", "x"), ("DEMO", "y")));

        Assert.Equal(2, refusal.Problems.Count);
    }

    [Fact]
    public void Should_refuse_two_names_with_different_values()
    {
        Assert.Equal(
            "MERCURE_V07_JWT_KEY and JWT_KEY are two names of one setting and have different values; set one of them",
            Loading.Problem(("MERCURE_V07_JWT_KEY", "a"), ("JWT_KEY", "b")));
    }

    [Theory]
    [InlineData("MERCURE_HEARTBEAT_INTERVALL", "MERCURE_HEARTBEAT_INTERVAL")]
    [InlineData("MERCURE_HAERTBEAT_INTERVAL", "MERCURE_HEARTBEAT_INTERVAL")]
    [InlineData("MERCURE_HISTORYSIZE", "MERCURE_HISTORY_SIZE")]
    [InlineData("MERCURE_NAEM", "MERCURE_NAME")]
    [InlineData("MERCURE_JWT_KEY", "MERCURE_V07_JWT_KEY")]
    [InlineData("MERCURE_CORS_ORIGINS", "MERCURE_CORS_ALLOWED_ORIGINS")]
    [InlineData("MERCURE_PUBLISHER_JWT_KEYS", "MERCURE_PUBLISHER_JWT_KEY")]
    public void Should_refuse_a_mistyped_variable_and_suggest_the_one_that_was_meant(string name, string suggestion) =>
        Assert.Equal($"{name} is not a setting; did you mean {suggestion}?", Loading.Problem((name, "3000")));

    // Symfony, API Platform, Laravel, and what people call their own
    [Theory]
    [InlineData("MERCURE_URL")]
    [InlineData("MERCURE_PUBLIC_URL")]
    [InlineData("MERCURE_JWT_SECRET")]
    [InlineData("MERCURE_JWT_TOKEN")]
    [InlineData("MERCURE_SUBSCRIBE_URL")]
    [InlineData("MERCURE_PUBLISH_URL")]
    [InlineData("MERCURE_HUB_URL")]
    [InlineData("MERCURE_HUB_JWT")]
    [InlineData("MERCURE_TOPIC_PREFIX")]
    [InlineData("MERCURE_SECRET")]
    [InlineData("MERCURE_HOST")]
    [InlineData("MERCURE_DSN")]
    public void Should_start_beside_variables_of_other_applications_and_name_them(string name) =>
        Assert.Equal([name], Loading.Load((name, "https://example.com/.well-known/mercure")).IgnoredVariables);

    [Fact]
    public void Should_take_what_is_like_a_setting_that_is_set_for_another_applications_variable()
    {
        var settings = Loading.Load(("MERCURE_PUBLISHER_JWT_KEY", "a"), ("MERCURE_SUBSCRIBER_JWT_KEY", "b"), ("MERCURE_PUBLISHER_JWT", "eyJ"));

        Assert.Equal(["MERCURE_PUBLISHER_JWT"], settings.IgnoredVariables);
    }

    [Fact]
    public void Should_name_ignored_variables_beside_a_problem_that_they_may_explain()
    {
        var refusal = Assert.Throws<SettingsException>(() => Loading.Load(("JWT_KEY", ""), ("MERCURE_JWT_SECRET", "hidden")));

        Assert.Equal(2, refusal.Problems.Count);
        Assert.Equal("MERCURE_JWT_SECRET: no setting of the hub, ignored", refusal.Problems[1]);
    }

    [Theory]
    [InlineData("MERCURE_SERVICE_HOST", "10.0.0.1")]
    [InlineData("MERCURE_SERVICE_PORT", "80")]
    [InlineData("MERCURE_SERVICE_PORT_HTTP", "80")]
    [InlineData("MERCURE_PORT", "tcp://10.0.0.1:80")]
    [InlineData("MERCURE_PORT_80_TCP", "tcp://10.0.0.1:80")]
    [InlineData("MERCURE_PORT_80_TCP_ADDR", "10.0.0.1")]
    [InlineData("MERCURE_HUB_PORT_80_TCP_PROTO", "tcp")]
    public void Should_ignore_what_kubernetes_adds_for_a_service_of_this_name(string name, string value)
    {
        Assert.NotNull(Loading.Load((name, value)));
    }

    [Fact]
    public void Should_refuse_an_unknown_key_in_a_file()
    {
        using var file = new TemporaryFile("mercure.v07.jwt-kee = secret");

        Assert.Equal(
            $"mercure.v07.jwt-kee in {file.Path} is not a setting; did you mean mercure.v07.jwt-key?", Loading.Problem(("MERCURE_CONFIG", file.Path)));
    }

    [Fact]
    public void Should_refuse_a_key_in_a_file_that_is_like_none()
    {
        using var file = new TemporaryFile("mercure.public-url = \"https://example.com\"");

        Assert.Equal(
            $"mercure.public-url in {file.Path} is not a setting; docs/configuration.md lists them", Loading.Problem(("MERCURE_CONFIG", file.Path)));
    }

    [Theory]
    [InlineData("mercur { name = x }", "holds the section mercur; accepted: mercure { … } and akka { … }")]
    [InlineData("mercure.v07.jwt-key = ${?JWT_KEY}", "holds ${?JWT_KEY}: variables are not substituted in a file")]
    [InlineData("mercure {\n name = [ }", "can't be understood: a bracket in line 2 has no partner")]
    [InlineData("mercure {\n # {\n name = x", "can't be understood: a bracket in line 1 has no partner")]
    [InlineData("mercure.name = x }", "can't be understood: a bracket in line 1 has no partner")]
    public void Should_refuse_a_file_that_means_nothing(string text, string reason)
    {
        using var file = new TemporaryFile(text);

        Assert.Contains(reason, Loading.Problem(("MERCURE_CONFIG", file.Path)), StringComparison.Ordinal);
    }

    [Fact]
    public void Should_not_count_brackets_in_text_and_comments()
    {
        using var file = new TemporaryFile("mercure.v07.jwt-key = \"{[\\\"{\" # {\n// [\nmercure.name = x");

        Assert.Equal("x", Loading.Load(("MERCURE_CONFIG", file.Path)).Name);
    }

    [Fact]
    public void Should_refuse_a_file_that_is_not_there()
    {
        Assert.StartsWith("MERCURE_CONFIG names /no/such.conf, which can't be read", Loading.Problem(("MERCURE_CONFIG", "/no/such.conf")), StringComparison.Ordinal);
    }

    // The reference's standalone hub has an argument for each setting, and Caddy a command
    [Theory]
    [InlineData("--port is no argument", "--port", "3000")]
    [InlineData("run is no argument", "run", "--config", "/etc/caddy/Caddyfile")]
    [InlineData("--addr is no argument, settings come from the environment: set ADDR", "--addr=:3000")]
    [InlineData("--jwt-key is no argument, settings come from the environment: set JWT_KEY", "--jwt-key", "a secret")]
    [InlineData("--config names one file", "--config")]
    public void Should_refuse_other_arguments_without_showing_their_values(string line, params string[] arguments)
    {
        var refusal = Assert.Throws<SettingsException>(() => Loading.Load([.. arguments]));

        Assert.Equal($"{line}; accepted: --config <file>, --help, --version", Assert.Single(refusal.Problems));
    }

    [Theory]
    [InlineData("JWT_KEY")]
    [InlineData("PUBLISHER_JWT_KEY")]
    [InlineData("SUBSCRIBER_JWT_KEY")]
    public void Should_refuse_a_token_in_place_of_a_key_without_showing_it(string name)
    {
        var problem = Loading.Problem((name, Token));

        Assert.StartsWith($"{name} can't be used, its value is not shown: this is a token (JWT)", problem, StringComparison.Ordinal);
        Assert.DoesNotContain("eyJ", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a.b.c")]
    [InlineData("example.com.key")]
    [InlineData("!ChangeMe!")]
    public void Should_accept_a_key_with_dots(string key) =>
        Assert.True(Assert.Single(Loading.Load(("JWT_KEY", key)).V07!.Publisher.Keys).IsSameAs(TokenKey.Parse(key)));

    [Theory]
    [InlineData("", "", "there is no key to verify tokens with; accepted: MERCURE_PUBLISHER_JWT_KEY")]
    [InlineData("x", "", "SUBSCRIBER_JWT_KEY is missing")]
    [InlineData("", "x", "PUBLISHER_JWT_KEY is missing")]
    public void Should_name_the_variables_of_missing_keys(string publisher, string subscriber, string problem)
    {
        Assert.StartsWith(
            problem,
            Loading.Problem(("JWT_KEY", ""), ("PUBLISHER_JWT_KEY", publisher), ("SUBSCRIBER_JWT_KEY", subscriber)),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ACME_HOSTS", "a.example,b.example")]
    [InlineData("ACME_CERT_DIR", "/certs")]
    public void Should_say_that_certificates_from_lets_encrypt_come_later(string name, string value)
    {
        Assert.Equal(
            $"{name} is \"{value}\"; certificates from Let's Encrypt come in a later version; accepted: nothing yet, use CERT_FILE and KEY_FILE, or a "
            + "proxy that ends TLS",
            Loading.Problem((name, value)));
    }

    [Theory]
    [InlineData("CERT_FILE", "KEY_FILE is missing: CERT_FILE needs it; accepted: both or none")]
    [InlineData("KEY_FILE", "CERT_FILE is missing: KEY_FILE needs it; accepted: both or none")]
    public void Should_refuse_half_a_certificate(string name, string problem)
    {
        Assert.Equal(problem, Loading.Problem((name, "file.pem")));
    }

    [Fact]
    public void Should_refuse_a_certificate_that_can_not_be_used()
    {
        using var file = new TemporaryFile("not a certificate");

        Assert.StartsWith($"CERT_FILE is \"{file.Path}\" and KEY_FILE is \"{file.Path}\": ", Loading.Problem(("CERT_FILE", file.Path), ("KEY_FILE", file.Path)), StringComparison.Ordinal);
    }

    [Fact]
    public void Should_need_a_connection_string_for_a_database_server()
    {
        Assert.Equal(
            "MERCURE_JOURNAL_CONNECTION_STRING is missing: MERCURE_JOURNAL is \"postgresql\" and needs it; accepted: an ADO.NET connection string",
            Loading.Problem(("MERCURE_JOURNAL", "postgresql")));
    }

    [Fact]
    public void Should_refuse_a_connection_string_without_a_server_and_not_show_it()
    {
        var problem = Loading.Problem(("MERCURE_JOURNAL_CONNECTION_STRING", "Password=hidden"));

        Assert.StartsWith("MERCURE_JOURNAL_CONNECTION_STRING is set", problem, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Should_leave_a_database_of_the_reference_untouched()
    {
        var page = new byte[4096];
        page[8] = 4;
        new byte[] { 0xED, 0xDA, 0x0C, 0xED }.CopyTo(page, 16);
        using var file = new TemporaryFile(page);

        Assert.Equal(
            $"DB_PATH is \"{file.Path}\": it is a bbolt database of the reference hub, which this hub does not read and leaves as it is; name another file",
            Loading.Problem(("DB_PATH", file.Path)));
        Assert.Equal(page, File.ReadAllBytes(file.Path));
    }

    [Fact]
    public void Should_leave_a_file_that_is_no_database_untouched()
    {
        using var file = new TemporaryFile("my thesis");

        Assert.EndsWith("it is not an SQLite database and is left as it is; name another file", Loading.Problem(("DB_PATH", file.Path)), StringComparison.Ordinal);
    }

    [Fact]
    public void Should_accept_an_sqlite_database_and_an_empty_file()
    {
        using var database = new TemporaryFile("SQLite format 3\0 and more bytes");
        using var empty = new TemporaryFile("");

        Assert.Equal(database.Path, Loading.Load(("DB_PATH", database.Path)).Journal.Path);
        Assert.Equal(empty.Path, Loading.Load(("DB_PATH", empty.Path)).Journal.Path);
    }

    [Theory]
    [InlineData("/", "it is a directory")]
    [InlineData("/no/such/directory/updates.db", "the directory /no/such/directory does not exist")]
    public void Should_refuse_a_path_where_no_file_can_be(string path, string reason)
    {
        Assert.StartsWith($"DB_PATH is \"{path}\": {reason}; accepted: a file ", Loading.Problem(("DB_PATH", path)), StringComparison.Ordinal);
    }
}
