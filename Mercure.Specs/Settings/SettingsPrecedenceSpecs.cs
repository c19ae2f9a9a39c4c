using Mercure.Http.Tokens;
using Xunit;

namespace Mercure.Specs.Settings;

public class SettingsPrecedenceSpecs
{
    [Fact]
    public void Should_take_the_file_over_the_defaults_and_the_environment_over_the_file()
    {
        using var file = new TemporaryFile("mercure { heartbeat-interval = 5s, history-size = 10 }");

        var settings = Loading.Load(("MERCURE_CONFIG", file.Path), ("HISTORY_SIZE", "20"));

        Assert.Equal(TimeSpan.FromSeconds(5), settings.Streams.HeartbeatInterval);
        Assert.Equal(20, settings.History.Size);
        Assert.Equal(0.3, settings.History.CleanupFrequency);
    }

    [Theory]
    [InlineData("HEARTBEAT_INTERVAL")]
    [InlineData("MERCURE_HEARTBEAT_INTERVAL")]
    public void Should_know_a_setting_by_both_names(string name)
    {
        Assert.Equal(TimeSpan.FromSeconds(7), Loading.Load((name, "7s")).Streams.HeartbeatInterval);
    }

    [Fact]
    public void Should_accept_both_names_with_the_same_value()
    {
        Assert.Equal(5, Loading.Load(("HISTORY_SIZE", "5"), ("MERCURE_HISTORY_SIZE", "5")).History.Size);
    }

    [Theory]
    [InlineData("MERCURE_EXTRA_DIRECTIVES", "")]
    [InlineData("MERCURE_EXTRA_DIRECTIVES", "\n")]
    [InlineData("MERCURE_LICENSE", "")]
    [InlineData("MERCURE_CONFIG", " ")]
    [InlineData("MERCURE_HEARTBEAT_INTERVALL", "")]
    [InlineData("MERCURE_TRANSPORT_URL", "")]
    [InlineData("TRANSPORT_URL", "")]
    [InlineData("SERVER_NAME", "")]
    [InlineData("GLOBAL_OPTIONS", "")]
    [InlineData("METRICS", "")]
    [InlineData("ACME_HOSTS", "")]
    [InlineData("HISTORY_SIZE", " ")]
    [InlineData("MERCURE_JOURNAL_CONNECTION_STRING", "")]
    public void Should_start_whatever_variable_is_empty(string name, string value) => Assert.Empty(Loading.Load((name, value)).IgnoredVariables);

    /// <summary>An environment file from Windows.</summary>
    [Fact]
    public void Should_not_take_a_line_end_for_a_part_of_a_value()
    {
        var settings = Loading.Load(("HISTORY_SIZE", "100\r"), ("ADDR", ":3000\r"), ("COMPRESS", "0\r"));

        Assert.Equal((100, 3000, false), (settings.History.Size, settings.Listen.Port, settings.Streams.Compress));
    }

    [Fact]
    public void Should_take_an_empty_variable_for_one_that_is_not_set()
    {
        using var file = new TemporaryFile("mercure.history-size = 10");

        Assert.Equal(10, Loading.Load(("MERCURE_CONFIG", file.Path), ("HISTORY_SIZE", "")).History.Size);
    }

    [Theory]
    [InlineData("--config", "{0}")]
    [InlineData("--config={0}")]
    public void Should_take_the_file_from_the_arguments(params string[] arguments)
    {
        using var file = new TemporaryFile("mercure.name = other");

        var settings = Loading.Load([.. arguments.Select(argument => argument.Replace("{0}", file.Path, StringComparison.Ordinal))]);

        Assert.Equal("other", settings.Name);
    }

    [Fact]
    public void Should_read_lists_in_either_form_from_a_file()
    {
        using var array = new TemporaryFile("""mercure.cors-allowed-origins = ["https://a.example", "https://b.example"]""");
        using var text = new TemporaryFile("""mercure.cors-allowed-origins = "https://a.example https://b.example" """);

        Assert.All(
            new[] { array, text },
            file => Assert.Equal(["https://a.example", "https://b.example"], Loading.Load(("MERCURE_CONFIG", file.Path)).Listen.CorsAllowedOrigins));
    }

    [Fact]
    public void Should_pass_the_actor_systems_configuration_on()
    {
        using var file = new TemporaryFile("""
            mercure.name = x
            akka {
              loglevel = WARNING
              actor.list = [a, "b c"]
            }
            """);

        var akka = Akka.Configuration.ConfigurationFactory.ParseString(Loading.Load(("MERCURE_CONFIG", file.Path)).AkkaConfig);

        Assert.Equal("WARNING", akka.GetString("akka.loglevel"));
        Assert.Equal(["a", "b c"], akka.GetStringList("akka.actor.list"));
    }

    [Fact]
    public void Should_take_the_keys_of_publishers_and_subscribers_over_the_common_one()
    {
        var keys = Loading.Load(("JWT_KEY", "common"), ("SUBSCRIBER_JWT_KEY", "own")).V07!;

        Assert.True(Assert.Single(keys.Publisher.Keys).IsSameAs(TokenKey.Parse("common")));
        Assert.True(Assert.Single(keys.Subscriber.Keys).IsSameAs(TokenKey.Parse("own")));
    }
}
