using Mercure.Specs.Browser;
using Mercure.Specs.Tokens;
using Xunit;

namespace Mercure.Specs.Examples;

/// <summary>One hub of both generations for the specs of a class.</summary>
public sealed class DemoHubFixture : IAsyncLifetime
{
    internal DemoHub Hub { get; private set; } = null!;

    /// <summary>Id of the first update in the history: what came after it can be asked for.</summary>
    internal string First { get; private set; } = "";

    public async Task InitializeAsync()
    {
        Hub = await DemoHub.StartAsync(("MERCURE_PUBLISHER_JWT_KEY", V010Tokens.Secret), ("MERCURE_SUBSCRIBER_JWT_KEY", V010Tokens.Secret));
        First = await Hub.PublishAsync("https://example.com/first", "first");
    }

    public async Task DisposeAsync() => await Hub.DisposeAsync();
}
