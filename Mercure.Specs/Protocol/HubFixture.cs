using System.Net.Http.Headers;
using Mercure.Actors;
using Mercure.Actors.Hosting;
using Mercure.Http.Hosting;
using Mercure.Http.Settings;
using Mercure.Http.Tokens;
using Mercure.Journal;
using Mercure.Specs.Processes;
using Mercure.Specs.Tokens;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Mercure.Specs.Protocol;

/// <summary>
/// The hub as it is run, on a free port and a journal in memory, for the conformance specs: they know its address, its keys
/// and nothing else of it.
/// </summary>
public class HubFixture : IAsyncLifetime
{
    private WebApplication? _app;
    private RecordingHub? _recorder;
    private TestCertificate? _certificate;

    public HubSettings Settings { get; init; } = Default;

    /// <summary>The hub's path in the generation that specs speak to it.</summary>
    public string Path { get; init; } = "/hub";

    /// <summary>A token that may publish anything there.</summary>
    public string PublisherToken { get; init; } = TestTokens.Publisher("*");

    /// <summary>Whether it has a certificate, so that it speaks HTTP/2 too.</summary>
    public bool IsSecure { get; init; }

    /// <summary>Whether <see cref="Hub"/> stands between the protocol and the hub.</summary>
    public bool IsRecorded { get; init; }

    /// <summary>Everything the hub logged.</summary>
    internal LogCollector Logs { get; } = new();

    /// <summary>What reached the hub, when <see cref="IsRecorded"/>.</summary>
    internal RecordingHub Hub => _recorder ?? throw new InvalidOperationException("This hub is not recorded.");

    /// <summary>Its certificate in PEM format, when it <see cref="IsSecure"/>.</summary>
    internal string CertificateFile => _certificate?.CertFile ?? throw new InvalidOperationException("This hub has no certificate.");

    internal IServiceProvider Services => _app!.Services;

    public HttpClient Client { get; private set; } = null!;

    public Uri Url { get; private set; } = null!;

    public static HubSettings Default { get; } = new()
    {
        Name = "default",
        Listen = new ListenSettings
        {
            Host = "127.0.0.1",
            Port = 0,
            CertFile = null,
            KeyFile = null,
            ReadTimeout = TimeSpan.Zero,
            WriteTimeout = TimeSpan.Zero,
            UseForwardedHeaders = false,
            TrustedProxies = [],
            CorsAllowedOrigins = [],
        },
        Tokens = new TokenSettings
        {
            AllowAnonymous = true,
            PublishAllowedOrigins = ["https://example.com"],
        },
        V07 = new V07Settings(TokenKey.Parse(TestTokens.Secret), TokenKey.Parse(TestTokens.Secret)),
        Streams = new StreamSettings { HeartbeatInterval = TimeSpan.Zero, Compress = true },
        Publish = new PublishSettings { MaxRequestSize = 1024 * 1024, Timeout = Eventually.Patience },
        History = new HistorySettings { Size = 0, CleanupFrequency = 0.3 },
        Journal = new JournalSettings { Kind = JournalKind.Memory, Path = "", ConnectionString = null },
        LogFormat = LogFormat.Text,
        Debug = false,
        Demo = false,
    };

    /// <summary>Generations 0.7 and 0.10, each with a key of its own.</summary>
    public static HubSettings Both { get; } = Default with
    {
        V010 = new V010Settings(new RoleKeys(TokenKey.Parse(V010Tokens.Secret)), new RoleKeys(TokenKey.Parse(V010Tokens.Secret))),
    };

    public async Task InitializeAsync()
    {
        _certificate = IsSecure ? new TestCertificate() : null;
        var listen = Settings.Listen with { CertFile = _certificate?.CertFile, KeyFile = _certificate?.KeyFile };
        var settings = Settings with { Listen = listen };
        _app = HubApplication.Build(settings, services =>
        {
            services.AddMercureProgram(settings);
            services.RemoveAll<ILoggerProvider>().AddSingleton<ILoggerProvider>(Logs);
            if (IsRecorded)
                Record(services);
        });
        await _app.StartAsync();
        _recorder = _app.Services.GetService<RecordingHub>();
        Url = new Uri(_app.Urls.Single() + Path);
        var handler = new SocketsHttpHandler();
        handler.SslOptions.RemoteCertificateValidationCallback =
            (_, certificate, _, _) => certificate?.GetCertHashString() == _certificate?.Thumbprint;
        Client = new HttpClient(handler) { Timeout = Eventually.Patience };
    }

    /// <summary>For a spec that needs a hub of its own.</summary>
    public async Task<HubFixture> StartedAsync()
    {
        await InitializeAsync();
        return this;
    }

    /// <summary>As SIGTERM does.</summary>
    public Task StopAsync() => _app!.StopAsync();

    public async Task DisposeAsync()
    {
        Client.Dispose();
        await _app!.StopAsync();
        await _app.DisposeAsync();
        _certificate?.Dispose();
        Logs.Dispose();
    }

    /// <summary>Publishes with the token given, or one for every target.</summary>
    public Task<HttpResponseMessage> PublishAsync(string? token, params (string Name, string Value)[] fields) =>
        PostAsync(token, new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Name, field.Value))));

    public Task<HttpResponseMessage> PostAsync(string? token, HttpContent content, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, Url) { Content = content };
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return Client.SendAsync(request);
    }

    /// <summary>Publishes something that must succeed; its id.</summary>
    public async Task<string> MustPublishAsync(params (string Name, string Value)[] fields)
    {
        using var response = await PublishAsync(PublisherToken, fields);
        var id = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, id);
        return id;
    }

    /// <summary>Opens a stream; returns once its head has arrived.</summary>
    public async Task<HttpResponseMessage> SubscribeAsync(string query, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Url, query));
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    private static void Record(IServiceCollection services) => services
        .AddSingleton(provider => new RecordingHub(provider.GetRequiredService<Hub>()))
        .Replace(ServiceDescriptor.Singleton<IHub>(provider => provider.GetRequiredService<RecordingHub>()));
}

/// <summary>A hub that <see cref="RecordingHub"/> looks over the shoulder of.</summary>
public sealed class RecordedHubFixture : HubFixture
{
    public RecordedHubFixture() => IsRecorded = true;
}
