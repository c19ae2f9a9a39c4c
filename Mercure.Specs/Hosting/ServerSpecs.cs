using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Mercure.Http.Hosting.Tls;
using Mercure.Http.Settings;
using Mercure.Specs.Processes;
using Mercure.Specs.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Mercure.Specs.Hosting;

public class ServerSpecs
{
    private static readonly TimeSpan Patience = Eventually.Patience;

    [Fact]
    public async Task Should_refuse_a_port_that_is_taken()
    {
        await using var host = await RunningHost.StartAsync();

        var refusal = await Assert.ThrowsAsync<SettingsException>(() => RunningHost.StartAsync(("ADDR", $"127.0.0.1:{host.Address.Port}")));

        Assert.Equal(
            $"Can't listen on 127.0.0.1:{host.Address.Port}: the port is taken by another program; stop it, or set ADDR to another port such as :3000",
            refusal.Message);
    }

    [Fact]
    public async Task Should_refuse_a_body_that_does_not_arrive_in_time()
    {
        // CWE-400: a body sent byte by byte, or never
        await using var host = await RunningHost.StartAsync(ReadBodyAsync, ("READ_TIMEOUT", "200ms"));

        var answer = await RawAsync(host, "POST /hub HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");

        Assert.StartsWith("HTTP/1.1 408 ", answer, StringComparison.Ordinal);
        Assert.Contains("Connection: close", answer, StringComparison.Ordinal);
        Assert.Contains("read timeout", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Should_not_end_a_stream_by_the_read_timeout()
    {
        var ended = new TaskCompletionSource();
        await using var host = await RunningHost.StartAsync(
            async context =>
            {
                if (context.Request.Method is "POST")
                    await ReadBodyAsync(context);
                await context.Response.WriteAsync("first ");
                await context.Response.Body.FlushAsync();
                await ended.Task;
                await context.Response.WriteAsync("last");
            },
            ("READ_TIMEOUT", "100ms"));

        using var response = await host.Client.GetAsync(new Uri("/hub", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
        // A request that began later was too late by now, so the stream has outlived the timeout
        Assert.StartsWith("HTTP/1.1 408 ", await RawAsync(host, "POST /hub HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc"), StringComparison.Ordinal);
        ended.SetResult();

        Assert.Equal("first last", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Should_cut_a_response_that_is_not_finished_in_time()
    {
        await using var host = await RunningHost.StartAsync(
            context => Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted), ("WRITE_TIMEOUT", "200ms"));

        using var content = new StringContent("a");

        await Assert.ThrowsAsync<HttpRequestException>(() => host.Client.PostAsync(new Uri("/hub", UriKind.Relative), content));
    }

    [Fact]
    public async Task Should_refuse_a_body_far_above_the_limit()
    {
        await using var host = await RunningHost.StartAsync(ReadBodyAsync, ("MERCURE_MAX_REQUEST_SIZE", "1KiB"));

        var answer = await RawAsync(host, "POST /hub HTTP/1.1\r\nHost: a\r\nContent-Length: 10000\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 413 ", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Should_take_a_long_list_of_topics()
    {
        await using var host = await RunningHost.StartAsync();

        // 1,000 topics of 50 characters of Japanese, percent-encoded
        var topics = string.Join('&', Enumerable.Repeat("topic=" + Uri.EscapeDataString(new string('日', 50)), 1_000));
        using var response = await host.SendAsync(HttpMethod.Get, $"/hub?{topics}");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Should_speak_both_versions_of_http_with_a_certificate(string version)
    {
        using var files = new CertificateFiles("first");
        await using var host = await RunningHost.StartAsync(("CERT_FILE", files.Cert), ("KEY_FILE", files.Key));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/hub")
        {
            Version = Version.Parse(version),
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };

        using var response = await host.Client.SendAsync(request);

        Assert.Equal(Version.Parse(version), response.Version);
        Assert.Equal("https", host.Address.Scheme);
    }

    [Fact]
    public void Should_use_a_new_certificate_and_keep_the_old_one_when_the_new_is_broken()
    {
        using var files = new CertificateFiles("first");
        var clock = new SteppedClock();
        using var log = new LogCollector();
        using var loggers = new LoggerFactory([log]);
        var source = new CertificateSource(files.Cert, files.Key, clock, loggers.CreateLogger<CertificateSource>());

        Assert.Equal("CN=first", Subject(source));
        files.Write("second");
        Assert.Equal("CN=first", Subject(source));
        clock.Step();
        Assert.Equal("CN=second", Subject(source));
        File.WriteAllText(files.Cert, "broken");
        clock.Step();
        Assert.Equal("CN=second", Subject(source));
        File.Delete(files.Key);
        for (var handshakes = 0; handshakes < 3; handshakes++)
        {
            clock.Step();
            Assert.Equal("CN=second", Subject(source));
        }

        Assert.Equal(2, log.Lines.Count(line => line.StartsWith("Certificate changed and can't be used", StringComparison.Ordinal)));
        files.Write("third");
        clock.Step();
        Assert.Equal("CN=third", Subject(source));
    }

    private static string Subject(CertificateSource source) =>
        source.Current(context => new() { ServerCertificateContext = context }).ServerCertificateContext!.TargetCertificate.Subject;

    private static async Task ReadBodyAsync(HttpContext context)
    {
        var form = await context.Request.BodyReader.ReadAtLeastAsync(10, context.RequestAborted);
        context.Request.BodyReader.AdvanceTo(form.Buffer.End);
    }

    private static async Task<string> RawAsync(RunningHost host, string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, host.Address.Port);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request));
        using var reader = new StreamReader(client.GetStream());
        return await reader.ReadToEndAsync().WaitAsync(Patience);
    }

    private sealed class SteppedClock : TimeProvider
    {
        private long _seconds;

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => _seconds;

        public void Step() => _seconds++;
    }

    private sealed class CertificateFiles : IDisposable
    {
        private readonly string _directory = Directory.CreateTempSubdirectory().FullName;

        public CertificateFiles(string name) => Write(name);

        public string Cert => Path.Combine(_directory, "cert.pem");

        public string Key => Path.Combine(_directory, "key.pem");

        public void Write(string name)
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var now = TimeProvider.System.GetUtcNow();
            using var certificate = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256).CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
            File.WriteAllText(Cert, certificate.ExportCertificatePem());
            File.WriteAllText(Key, key.ExportPkcs8PrivateKeyPem());
        }

        public void Dispose() => Directory.Delete(_directory, recursive: true);
    }
}
