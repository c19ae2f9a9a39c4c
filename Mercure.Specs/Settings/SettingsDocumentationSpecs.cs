using Mercure.Http.Settings;
using Xunit;

namespace Mercure.Specs.Settings;

public class SettingsDocumentationSpecs
{
    private const string TableStart = "<!-- settings: written from hocon/mercure.conf by scripts/docs.sh; not by hand -->\n";
    private const string TableEnd = "<!-- /settings -->";

    [Fact]
    public void Should_read_every_key_that_the_defaults_hold()
    {
        var reader = new SettingsReader(new SettingsLayers(new Dictionary<string, string>(StringComparer.Ordinal), file: null));

        SettingsLoader.Read(reader);

        Assert.Equal(SettingNames.Known.Order(StringComparer.Ordinal), reader.Read.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Should_refuse_to_read_a_key_that_the_defaults_do_not_hold()
    {
        var reader = new SettingsReader(new SettingsLayers(new Dictionary<string, string>(StringComparer.Ordinal), file: null));

        Assert.Throws<InvalidOperationException>(() => reader.Text("mercure.no-such-key"));
    }

    [Fact]
    public void Should_find_the_same_keys_as_the_parser()
    {
        Assert.Equal(
            HoconFile.Defaults.Settings.Keys.Order(StringComparer.Ordinal),
            DocumentedSettings.Read().Select(setting => setting.Key).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Should_have_a_comment_on_every_key()
    {
        Assert.All(DocumentedSettings.Read(), setting => Assert.True(setting.Comment.Length > 40, $"{setting.Key} has no comment worth the name"));
    }

    [Fact]
    public void Should_name_the_environment_variables_of_every_key()
    {
        Assert.All(DocumentedSettings.Read(), setting =>
        {
            string[] names = SettingNames.Aliases.TryGetValue(setting.Key, out var alias)
                ? [SettingNames.EnvironmentName(setting.Key), alias]
                : [SettingNames.EnvironmentName(setting.Key)];
            Assert.Equal(names, setting.Variables);
        });
    }

    [Fact]
    public void Should_have_a_short_name_for_every_variable_of_the_reference()
    {
        string[] reference =
        [
            "ACME_CERT_DIR", "ACME_HOSTS", "ADDR", "ALLOW_ANONYMOUS", "CERT_FILE", "COMPRESS", "CORS_ALLOWED_ORIGINS", "DB_PATH", "DEBUG",
            "DEMO", "DISPATCH_TIMEOUT", "HEARTBEAT_INTERVAL", "HISTORY_CLEANUP_FREQUENCY", "HISTORY_SIZE", "JWT_ALGORITHM", "JWT_KEY", "KEY_FILE",
            "LOG_FORMAT", "LOG_LEVEL", "LOG_LEVELS",
            "MERCURE_PUBLISHER_JWT_ALG", "MERCURE_PUBLISHER_JWT_KEY", "MERCURE_SUBSCRIBER_JWT_ALG", "MERCURE_SUBSCRIBER_JWT_KEY",
            "PUBLISHER_JWT_ALGORITHM", "PUBLISHER_JWT_KEY", "PUBLISH_ALLOWED_ORIGINS", "READ_TIMEOUT", "SUBSCRIBER_JWT_ALGORITHM", "SUBSCRIBER_JWT_KEY",
            "SUBSCRIPTIONS", "USE_FORWARDED_HEADERS", "WRITE_TIMEOUT",
        ];

        // Besides those, the names that settings had when only a node of a cluster had them
        Assert.Equal(reference, SettingNames.Aliases.Values.Where(static name => !name.StartsWith("MERCURE_CLUSTER_", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        Assert.All(SettingNames.Aliases.Keys, key => Assert.Contains(key, HoconFile.Defaults.Settings.Keys));
    }

    [Fact]
    public void Should_leave_the_names_free_that_another_generation_uses_for_its_keys()
    {
        var names = HoconFile.Defaults.Settings.Keys.Select(SettingNames.EnvironmentName).ToList();

        Assert.DoesNotContain("MERCURE_PUBLISHER_JWT_KEY", names);
        Assert.DoesNotContain("MERCURE_SUBSCRIBER_JWT_KEY", names);
    }

    /// <summary>With <c>UPDATE_DOCS=1</c>, as <c>scripts/docs.sh</c> runs it, the tables are written first.</summary>
    [Fact]
    public void Should_list_every_setting_in_the_documentation()
    {
        var path = Path.Combine(Repository.Root, "docs", "configuration.md");
        var before = File.ReadAllText(path);
        var start = before.IndexOf(TableStart, StringComparison.Ordinal) + TableStart.Length;
        var end = before.IndexOf(TableEnd, StringComparison.Ordinal);
        var after = before[..start] + DocumentedSettings.Tables() + before[end..];
        if (Environment.GetEnvironmentVariable("UPDATE_DOCS") == "1")
            File.WriteAllText(path, after);
        else
            Assert.True(after == before, "docs/configuration.md differs from hocon/mercure.conf: run scripts/docs.sh");
    }
}
