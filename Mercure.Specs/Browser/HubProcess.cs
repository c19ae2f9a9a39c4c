using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Mercure.Specs.Settings;

namespace Mercure.Specs.Browser;

/// <summary>The program itself, as a person starts it: a process with an environment, a port and a database of its own.</summary>
internal sealed class HubProcess : IAsyncDisposable
{
    public const string Key = "!ChangeMe!";

    /// <summary>Publishes to foo, reads foo and bar: the token of the protocol's tutorials, signed with <see cref="Key"/>.</summary>
    public const string DemoToken =
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJtZXJjdXJlIjp7InN1YnNjcmliZSI6WyJmb28iLCJiYXIiXSwicHVibGlzaCI6WyJmb28iXX19.afLx2f2ut3YgNVFStCx95Zm_UND1mZJ69OenXaDuZL8";

    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(10);

    private readonly ProcessStartInfo _start;
    private readonly StringBuilder _log = new();
    private readonly List<string> _awaited = [];
    private Process _process = null!;

    private HubProcess(ProcessStartInfo start, Uri address)
    {
        _start = start;
        Address = address;
        Client = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromSeconds(20) };
    }

    /// <summary>Where it listens, ending with a slash.</summary>
    public Uri Address { get; }

    public Uri HubUrl => new(Address, "hub");

    public HttpClient Client { get; }

    /// <summary>With the demo on, and everyone allowed to read; <paramref name="environment"/> wins.</summary>
    public static async Task<HubProcess> StartAsync(params (string Name, string Value)[] environment)
    {
        var port = FreePort();
        var address = new Uri($"http://localhost:{port}/");
        var directory = Directory.CreateTempSubdirectory("mercure-specs-").FullName;
        var start = new ProcessStartInfo("dotnet", [Program()])
        {
            WorkingDirectory = directory,
            UseShellExecute = false,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        (string Name, string Value)[] defaults =
        [
            ("ADDR", $"localhost:{port}"), ("JWT_KEY", Key), ("DEMO", "1"), ("ALLOW_ANONYMOUS", "1"),
            ("CORS_ALLOWED_ORIGINS", "*"), ("PUBLISH_ALLOWED_ORIGINS", address.GetLeftPart(UriPartial.Authority)),
        ];
        foreach (var (name, value) in defaults.Concat(environment))
            start.Environment[name] = value;

        var hub = new HubProcess(start, address);
        await hub.StartAsync();
        return hub;
    }

    /// <summary>Stops it, and starts it again on the same port and database.</summary>
    public async Task RestartAsync()
    {
        await StopAsync();
        await StartAsync();
    }

    public async Task<string> PublishAsync(string topic, string data, params string[] targets)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, HubUrl);
        request.Headers.Authorization = new("Bearer", DemoToken);
        request.Content = new FormUrlEncodedContent(
            [new("topic", topic), new("data", data), .. targets.Select(target => KeyValuePair.Create("target", target))]);
        using var response = await Client.SendAsync(request);
        var body = await response.Content.ReadAsStringAsync();
        return response.IsSuccessStatusCode ? body : throw new InvalidOperationException($"Publishing failed: {response.StatusCode} {body}");
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await StopAsync();
        Directory.Delete(_start.WorkingDirectory, recursive: true);
    }

    private async Task StopAsync()
    {
        using (var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]))
            await kill.WaitForExitAsync();
        using var timeout = new CancellationTokenSource(StopTimeout);
        try
        {
            await _process.WaitForExitAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    private async Task StartAsync()
    {
        _awaited.AddRange(["Mercure started", "is open"]);
        _process = Process.Start(_start)!;
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _process.OutputDataReceived += static (_, _) => { };
        _process.ErrorDataReceived += (_, line) =>
        {
            lock (_log)
                _log.AppendLine(line.Data);
            if (line.Data is null)
                started.TrySetException(new InvalidOperationException($"The hub did not start:\n{_log}"));
            // The address, and the log: before it is open, publishers on a busy machine may be asked to come again
            else if (_awaited.RemoveAll(text => line.Data.Contains(text, StringComparison.Ordinal)) > 0 && _awaited.Count == 0)
                started.TrySetResult();
        };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        await started.Task.WaitAsync(StartTimeout);
    }

    /// <summary>The build of the same configuration as the specs.</summary>
    private static string Program()
    {
        var configuration = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd('/')).Parent!.Name;
        return Path.Combine(Repository.Root, "Mercure.Http", "bin", configuration, "net10.0", "mercure.dll");
    }

    /// <summary>Chosen before the start, since a setting has to name the origin.</summary>
    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
