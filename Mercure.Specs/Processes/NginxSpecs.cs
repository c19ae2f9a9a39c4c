using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Mercure.Specs.Protocol;
using Mercure.Specs.Settings;
using Xunit;

namespace Mercure.Specs.Processes;

/// <summary><c>examples/operations/nginx.conf</c> as it is, apart from addresses and files, in a real nginx before a real hub.</summary>
public sealed class NginxSpecs : IAsyncLifetime
{
    private const string Topic = "https://example.com/books/1";

    private static readonly TimeSpan Patience = Eventually.Patience;

    private HubSetup _setup = null!;
    private HubProcess _hub = null!;
    private NginxProcess _nginx = null!;

    public async Task InitializeAsync()
    {
        _setup = await HubSetup.CreateAsync(
            Journals.TestDatabase.Sqlite, ("USE_FORWARDED_HEADERS", "1"), ("DEMO", "1"), ("CORS_ALLOWED_ORIGINS", "*"), ("HEARTBEAT_INTERVAL", "0s"));
        _hub = await HubProcess.StartAsync(_setup);
        _nginx = await NginxProcess.StartAsync(_setup.Address);
    }

    public async Task DisposeAsync()
    {
        await _nginx.DisposeAsync();
        await _hub.DisposeAsync();
        await _setup.DisposeAsync();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Should_pass_head_and_updates_on_at_once(int httpVersion)
    {
        using var stream = await _nginx.SendAsync(Subscription(httpVersion));
        Assert.Equal(httpVersion, stream.Version.Major);
        using var reader = new StreamReader(await stream.Content.ReadAsStreamAsync());

        using var published = await PublishAsync("sold out");

        Assert.Equal(HttpStatusCode.OK, published.StatusCode);
        // The stream stays open, and nothing follows that would push the event out of a buffer
        Assert.Equal("data: sold out", await LineAsync(reader, "data:"));
    }

    [Fact]
    public async Task Should_publish_over_few_connections()
    {
        for (var i = 0; i < 30; i++)
        {
            using var response = await PublishAsync("again");
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        Assert.InRange(ConnectionsTo(_setup.Port), 1, 10);
    }

    [Fact]
    public async Task Should_tell_the_hub_who_the_client_is_and_that_it_uses_TLS()
    {
        using var refused = await _nginx.SendAsync(new HttpRequestMessage(HttpMethod.Post, "hub")
        {
            Headers = { { "X-Forwarded-For", "203.0.113.7" }, { "Forwarded", "for=203.0.113.8" } },
        });
        using var resource = await _nginx.SendAsync(new HttpRequestMessage(HttpMethod.Get, "demo/books/1.jsonld?jwt=a.b.c"));

        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        await Eventually.IsTrueAsync(
            () => _hub.Output.Contains($"(401) from {NginxProcess.Client}", StringComparison.Ordinal), Patience, () => _hub.Output);
        Assert.Contains("; secure", Assert.Single(resource.Headers.GetValues("Set-Cookie")), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Should_have_browsers_come_back_while_the_hub_is_away()
    {
        await _hub.KillAsync();

        using var stream = await _nginx.SendAsync(Subscription(httpVersion: 2, "&authorization=secret.token.x"));
        using var publish = await PublishAsync("nobody there");
        using var health = await _nginx.SendAsync(new HttpRequestMessage(HttpMethod.Get, "healthz"));

        Assert.Equal(HttpStatusCode.OK, stream.StatusCode);
        Assert.Equal("text/event-stream", stream.Content.Headers.ContentType!.MediaType);
        Assert.Equal("retry: 2000\n\n", await stream.Content.ReadAsStringAsync());
        Assert.Equal("https://example.com", Assert.Single(stream.Headers.GetValues("Access-Control-Allow-Origin")));
        Assert.Equal((HttpStatusCode.ServiceUnavailable, 2), (publish.StatusCode, publish.Headers.RetryAfter!.Delta!.Value.TotalSeconds));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, health.StatusCode);

        // CWE-532: a token in the query is in no log, not even in that of errors
        await Eventually.IsTrueAsync(() => _nginx.Logs.Contains("/healthz", StringComparison.Ordinal), Patience, () => _nginx.Logs);
        Assert.DoesNotContain("secret.token", _nginx.Logs, StringComparison.Ordinal);
    }

    private static HttpRequestMessage Subscription(int httpVersion, string more = "") => new(HttpMethod.Get, $"hub?topic={Uri.EscapeDataString(Topic)}{more}")
    {
        Version = new Version(httpVersion, httpVersion == 1 ? 1 : 0),
        VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        Headers = { { "Accept", "text/event-stream" }, { "Origin", "https://example.com" } },
    };

    private Task<HttpResponseMessage> PublishAsync(string data) => _nginx.SendAsync(new HttpRequestMessage(HttpMethod.Post, "hub")
    {
        Content = new FormUrlEncodedContent([new("topic", Topic), new("data", data)]),
        Headers = { Authorization = new AuthenticationHeaderValue("Bearer", HubSetup.PublisherToken) },
    });

    private static async Task<string> LineAsync(StreamReader reader, string start)
    {
        using var late = new CancellationTokenSource(Patience);
        string? line;
        do
            line = await reader.ReadLineAsync(late.Token);
        while (line is not null && !line.StartsWith(start, StringComparison.Ordinal));
        return line ?? "the stream is over";
    }

    /// <summary>Open ones, and those that were closed within the last minute.</summary>
    private static int ConnectionsTo(int port) => new[] { "/proc/net/tcp", "/proc/net/tcp6" }
        .SelectMany(static file => File.ReadLines(file).Skip(1))
        .Select(static line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        .Where(fields => fields[1].EndsWith($":{port:X4}", StringComparison.Ordinal) && !fields[2].EndsWith(":0000", StringComparison.Ordinal))
        .Select(static fields => fields[2])
        .Distinct(StringComparer.Ordinal)
        .Count();
}

/// <summary>Debian's nginx, in a directory of its own.</summary>
internal sealed class NginxProcess : IAsyncDisposable
{
    /// <summary>An address of this machine that is not nginx's own.</summary>
    public static readonly IPAddress Client = IPAddress.Parse("127.0.0.2");

    private readonly TestCertificate _certificate = new();
    private readonly string _directory = Directory.CreateTempSubdirectory("mercure-specs-").FullName;
    private readonly int _port;
    private readonly HttpClient _http;
    private Process _process = null!;

    private NginxProcess(int port)
    {
        _port = port;
        var handler = new SocketsHttpHandler { ConnectCallback = ConnectAsync };
        handler.SslOptions.RemoteCertificateValidationCallback =
            (_, certificate, _, _) => certificate?.GetCertHashString() == _certificate.Thumbprint;
        _http = new HttpClient(handler) { BaseAddress = new Uri($"https://127.0.0.1:{_port}/"), Timeout = Eventually.Patience };
    }

    public static Task<NginxProcess> StartAsync(Uri hub) => FreePort.StartAsync(async port =>
    {
        var nginx = new NginxProcess(port);
        try
        {
            await nginx.RunAsync(hub);
            return nginx;
        }
        catch
        {
            await nginx.DisposeAsync();
            throw;
        }
    });

    /// <summary>What it has logged.</summary>
    public string Logs => string.Concat(Directory.EnumerateFiles(_directory, "*.log").Select(File.ReadAllText));

    /// <summary>Completes with the head.</summary>
    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request) => _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        // The master ends its workers only when it is asked to
        if (!_process.HasExited)
            Signals.Send(_process.Id, Signal.Terminate);
        await _process.WaitForExitAsync();
        _process.Dispose();
        _certificate.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private async Task RunAsync(Uri hub)
    {
        await File.WriteAllTextAsync(Path.Combine(_directory, "site.conf"), Site(hub));
        await File.WriteAllTextAsync(Path.Combine(_directory, "nginx.conf"), $$"""
            {{(Environment.IsPrivilegedProcess ? "user root;" : "")}}
            daemon off;
            pid nginx.pid;
            error_log stderr;
            worker_processes 1;
            events { worker_connections 64; }
            http {
                client_body_temp_path body;
                proxy_temp_path proxy;
                fastcgi_temp_path fastcgi;
                uwsgi_temp_path uwsgi;
                scgi_temp_path scgi;
                include site.conf;
            }
            """);
        _process = Process.Start(new ProcessStartInfo("/usr/sbin/nginx", ["-p", _directory, "-c", "nginx.conf"]))!;
        await Eventually.IsTrueAsync(
            async () =>
            {
                Assert.False(_process.HasExited, "nginx has ended; its reasons are in the output.");
                using var probe = new TcpClient();
                try
                {
                    await probe.ConnectAsync(IPAddress.Loopback, _port);
                    return true;
                }
                catch (SocketException)
                {
                    return false;
                }
            },
            Eventually.Patience,
            () => "nginx takes connections.");
    }

    private string Site(Uri hub)
    {
        var text = File.ReadAllText(Path.Combine(Repository.Root, "examples", "operations", "nginx.conf"));
        foreach (var (theirs, ours) in new[]
                 {
                     ("127.0.0.1:3000;", $"{hub.Authority};"),
                     ("listen 443 ssl", $"listen 127.0.0.1:{_port} ssl"),
                     ("/etc/ssl/hub.example.com.crt", _certificate.CertFile),
                     ("/etc/ssl/hub.example.com.key", _certificate.KeyFile),
                     ("/var/log/nginx/mercure.log", "access.log"),
                     ("/var/log/nginx/mercure.error.log", "error.log"),
                 })
        {
            Assert.Contains(theirs, text, StringComparison.Ordinal);
            text = text.Replace(theirs, ours, StringComparison.Ordinal);
        }

        return text;
    }

    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.Bind(new IPEndPoint(Client, 0));
            await socket.ConnectAsync(context.DnsEndPoint, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (SocketException)
        {
            socket.Dispose();
            throw;
        }
    }
}
