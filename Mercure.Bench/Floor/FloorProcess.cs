using System.Diagnostics;
using System.Globalization;

namespace Mercure.Bench.Floor;

/// <summary>The floor as a child process, so that its CPU is measured as a hub's is. It ends when its standard input does.</summary>
internal sealed class FloorProcess : IAsyncDisposable
{
    private readonly Process _process;

    private FloorProcess(Process process, int port)
    {
        _process = process;
        Url = new Uri($"http://127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}/hub");
    }

    public Uri Url { get; }

    public int Pid => _process.Id;

    public static async Task<FloorProcess> StartAsync(CancellationToken cancel)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
            start.ArgumentList.Add(typeof(FloorProcess).Assembly.Location);
        start.ArgumentList.Add("serve-floor");
        start.ArgumentList.Add("--until-eof");
        foreach (var name in SocketTuning.Variables)
            start.Environment.Remove(name);

        var process = Process.Start(start) ?? throw new InvalidOperationException("The floor did not start.");
        var line = await process.StandardOutput.ReadLineAsync(cancel);
        return int.TryParse(line, CultureInfo.InvariantCulture, out var port)
            ? new FloorProcess(process, port)
            : throw new InvalidOperationException($"The floor did not say its port, but '{line}'.");
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
