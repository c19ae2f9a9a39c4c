using System.Diagnostics;
using System.Net;
using System.Text;
using Xunit;

namespace Mercure.Specs.Processes;

/// <summary>The real program, as a child process. Killed when it is disposed of.</summary>
public sealed class HubProcess : IAsyncDisposable
{
    public static readonly TimeSpan StartTimeout = Eventually.Patience;

    private readonly Process _process;
    private readonly StringBuilder _output = new();

    private HubProcess(HubSetup setup)
    {
        Setup = setup;
        var program = Path.Combine(AppContext.BaseDirectory, "mercure");
        string[] command = [
            .. setup.Namespace is null ? Array.Empty<string>() : ["ip", "netns", "exec", setup.Namespace],
            .. setup.OpenFiles is null ? Array.Empty<string>() : ["prlimit", $"--nofile={setup.OpenFiles}"],
            // A shell starts what it runs in the background with SIGINT ignored, which its children inherit
            "env", "--default-signal=INT", program];
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            WorkingDirectory = setup.Directory,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in setup.Environment)
            start.Environment[name] = value;

        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public HubSetup Setup { get; }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>Everything it has written, both streams.</summary>
    public string Output
    {
        get
        {
            lock (_output)
                return _output.ToString();
        }
    }

    /// <summary>Starts it without waiting for anything.</summary>
    public static HubProcess Launch(HubSetup setup) => new(setup);

    /// <summary>Starts it; completes when a publish would succeed.</summary>
    public static async Task<HubProcess> StartAsync(HubSetup setup)
    {
        for (var attempt = 1; ; attempt++)
        {
            var hub = Launch(setup);
            try
            {
                await hub.IsHealthyAsync(StartTimeout);
                return hub;
            }
            catch (Exception) when (attempt < 3 && hub.Output.Contains("the port is taken", StringComparison.Ordinal))
            {
                await hub.DisposeAsync();
                setup.Move();
            }
            catch
            {
                await hub.DisposeAsync();
                throw;
            }
        }
    }

    /// <summary>Starts it on what it must refuse.</summary>
    /// <returns>The one line with which it ends.</returns>
    public static async Task<string> RefusalAsync(HubSetup setup, TimeSpan timeout)
    {
        await using var hub = Launch(setup);
        Assert.Equal(1, await hub.ExitAsync(timeout));
        var line = Assert.Single(hub.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        Assert.StartsWith("mercure: ", line, StringComparison.Ordinal);
        return line;
    }

    /// <summary>Completes, with how long it took, when the health check says that a publish would succeed.</summary>
    public Task<TimeSpan> IsHealthyAsync(TimeSpan timeout) => HealthIsAsync(HttpStatusCode.OK, timeout);

    public async Task<TimeSpan> HealthIsAsync(HttpStatusCode status, TimeSpan timeout)
    {
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        return await Eventually.IsTrueAsync(
            async () =>
            {
                Assert.False(HasExited, $"The hub has ended.\n{Output}");
                return await StatusAsync(client) == status;
            },
            timeout,
            () => $"/healthz is {status}.\n{Output}");
    }

    /// <summary>What <c>/healthz</c> answers; null when nobody answers.</summary>
    public async Task<HttpStatusCode?> StatusAsync(HttpClient client)
    {
        try
        {
            using var response = await client.GetAsync(new Uri(Setup.Address, "healthz"));
            return response.StatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return null;
        }
    }

    /// <summary>Sends a signal, such as <see cref="Signal.Stop"/> to freeze it.</summary>
    public void Send(Signal signal) => Signals.Send(Id, signal);

    /// <summary>Ends it as a power cut would, and waits until it is gone.</summary>
    public async Task KillAsync()
    {
        Send(Signal.Kill);
        await ExitAsync(Eventually.Patience);
    }

    /// <summary>Waits for its end.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> ExitAsync(TimeSpan timeout)
    {
        using var late = new CancellationTokenSource(timeout);
        try
        {
            await _process.WaitForExitAsync(late.Token);
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"The hub did not end within {timeout.TotalSeconds} s.\n{Output}");
        }

        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private void Keep(string? line)
    {
        lock (_output)
            _output.AppendLine(line);
    }
}
