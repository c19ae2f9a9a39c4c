using Mercure.Specs.Browser;
using Xunit;

namespace Mercure.Specs.Examples;

/// <summary>One hub for the specs of a class.</summary>
public sealed class HubFixture : IAsyncLifetime
{
    internal HubProcess Hub { get; private set; } = null!;

    /// <summary>Id of the first update in the history: what came after it can be asked for.</summary>
    internal string First { get; private set; } = "";

    public async Task InitializeAsync()
    {
        Hub = await HubProcess.StartAsync();
        First = await Hub.PublishAsync("https://example.com/first", "first");
    }

    public async Task DisposeAsync() => await Hub.DisposeAsync();
}
