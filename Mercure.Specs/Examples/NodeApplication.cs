using System.Diagnostics;
using Mercure.Specs.Processes;
using Mercure.Specs.Settings;

namespace Mercure.Specs.Examples;

/// <summary>A server of <c>examples/</c> on a free port. Its first line ends with its address.</summary>
internal sealed class NodeApplication : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = Eventually.Patience;

    private readonly Process _process;

    private NodeApplication(Process process) => _process = process;

    public Uri Address { get; private set; } = null!;

    public static async Task<NodeApplication> StartAsync(string example, Uri hub, string key)
    {
        var start = new ProcessStartInfo("node", ["server.mjs"])
        {
            WorkingDirectory = Path.Combine(Repository.Root, "examples", example),
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PORT"] = "0";
        start.Environment["HUB_URL"] = hub.AbsoluteUri;
        start.Environment["JWT_KEY"] = key;
        var application = new NodeApplication(Process.Start(start)!);
        using var timeout = new CancellationTokenSource(StartTimeout);
        var line = await application._process.StandardOutput.ReadLineAsync(timeout.Token)
            ?? throw new InvalidOperationException($"{example} has ended: {await application._process.StandardError.ReadToEndAsync(timeout.Token)}");
        application.Address = new Uri(line[line.IndexOf("http", StringComparison.Ordinal)..]);
        return application;
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
