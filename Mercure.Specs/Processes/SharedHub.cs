using Mercure.Specs.Journals;
using Xunit;

namespace Mercure.Specs.Processes;

/// <summary>One process for all specs of a class, on SQLite: for what does not depend on the history, and ends nothing.</summary>
public sealed class SharedHub : IAsyncLifetime
{
    public HubSetup Setup { get; private set; } = null!;

    public HubProcess Process { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Setup = await HubSetup.CreateAsync(TestDatabase.Sqlite);
        Process = await HubProcess.StartAsync(Setup);
    }

    public async Task DisposeAsync()
    {
        await Process.DisposeAsync();
        await Setup.DisposeAsync();
    }
}
