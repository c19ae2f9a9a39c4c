using Mercure.Http.Settings;
using Mercure.Journal;
using Xunit;

namespace Mercure.Specs.Settings;

public class SettingsDefaultsSpecs
{
    private readonly HubSettings _defaults = SettingsLoader.Load(
        [], new Dictionary<string, string>(StringComparer.Ordinal) { ["JWT_KEY"] = "secret", ["MERCURE_JOURNAL"] = "memory" });

    [Fact]
    public void Should_listen_on_port_80_of_every_interface()
    {
        Assert.Null(_defaults.Listen.Host);
        Assert.Equal(80, _defaults.Listen.Port);
        Assert.False(_defaults.Listen.UsesTls);
    }

    [Fact]
    public void Should_have_the_defaults_of_the_reference()
    {
        Assert.Equal("updates.db", _defaults.Journal.Path);
        Assert.Equal(TimeSpan.FromSeconds(15), _defaults.Streams.HeartbeatInterval);
        Assert.True(_defaults.Streams.Compress);
        Assert.Equal(0, _defaults.History.Size);
        Assert.Equal(0.3, _defaults.History.CleanupFrequency);
        Assert.Equal(TimeSpan.Zero, _defaults.Listen.ReadTimeout);
        Assert.Equal(TimeSpan.Zero, _defaults.Listen.WriteTimeout);
        Assert.Equal(LogFormat.Text, _defaults.LogFormat);
        Assert.False(_defaults.Debug || _defaults.Demo || _defaults.AccessLog || _defaults.Tokens.AllowAnonymous || _defaults.Listen.UseForwardedHeaders);
        Assert.Empty(_defaults.Listen.CorsAllowedOrigins);
        Assert.Empty(_defaults.Tokens.PublishAllowedOrigins);
    }

    [Fact]
    public void Should_have_defaults_of_its_own()
    {
        Assert.Equal("default", _defaults.Name);
        Assert.Equal(1 << 20, _defaults.Publish.MaxRequestSize);
        Assert.Equal(TimeSpan.FromSeconds(2), _defaults.Publish.Timeout);
        Assert.Equal("", _defaults.AkkaConfig);
    }

    [Fact]
    public void Should_trust_loopback_and_private_networks()
    {
        Assert.Equal(["127.0.0.0/8", "::1/128", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"], _defaults.Listen.TrustedProxies);
    }

    [Fact]
    public void Should_keep_the_log_in_sqlite()
    {
        Assert.Equal(JournalKind.Sqlite, Loading.Load().Journal.Kind);
    }
}
