using Mercure.Specs.Protocol;
using Xunit;

namespace Mercure.Specs.Hardening;

/// <summary>
/// The whole hub with everything on that reads what a client sends: other origins, forwarded headers, cookies, compression,
/// the demo, TLS if wanted.
/// </summary>
public class AttackedHub : HubFixture
{
    public AttackedHub() => Settings = Both with
    {
        Listen = Default.Listen with
        {
            // A body that never comes is not waited for longer than this
            ReadTimeout = TimeSpan.FromSeconds(2),
            CorsAllowedOrigins = ["*"],
            UseForwardedHeaders = true,
            TrustedProxies = ["127.0.0.0/8"],
        },
        Tokens = Default.Tokens with { PublishAllowedOrigins = ["https://example.com"] },
        Demo = true,
    };

    /// <summary>Fails with the log when the hub had an exception that nobody expected, which clients see as 500.</summary>
    internal void AssertNoFailure()
    {
        var failure = Logs.Lines.FirstOrDefault(static line => line.Contains("unhandled exception", StringComparison.OrdinalIgnoreCase));
        // Told once
        Logs.Lines.Clear();
        Assert.True(failure is null, failure);
    }

    /// <summary>A health check and a publish, as everybody else would see the hub now.</summary>
    internal async Task AssertServesAsync(AttackedGeneration generation)
    {
        var answer = await RawClient.ExchangeAsync(Url, generation.Publish("topic=after&data=x", "Connection: close\r\n"));
        Assert.True(answer.Status == 200, answer.Text);
        AssertNoFailure();
    }
}
