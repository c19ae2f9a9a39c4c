using System.Net.Http.Headers;
using Mercure.Journal;
using Mercure.Http.Protocol;
using Mercure.Http.Protocol.V07;
using Mercure.Http.Settings;
using Mercure.Specs.Tokens;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Mercure.Specs.Protocol;

/// <summary>
/// A hub that listens, for the conformance specs: they know its address, its keys and nothing else of it.
/// </summary>
public sealed class HubFixture : IAsyncLifetime
{
    private WebApplication? _app;

    public HubSettings Settings { get; init; } = Default;

    public Reservations Reservations { get; init; } = Reservations.None;

    /// <summary>Whether it speaks HTTP/2 with prior knowledge, or HTTP/1.1.</summary>
    public bool IsHttp2 { get; init; }

    /// <summary>Everything the hub logged.</summary>
    internal LogCollector Logs { get; } = new();

    internal FakeHub Hub { get; } = new();

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
            PublisherKey = TestTokens.Secret,
            SubscriberKey = TestTokens.Secret,
            AllowAnonymous = true,
            PublishAllowedOrigins = ["https://example.com"],
        },
        Streams = new StreamSettings { HeartbeatInterval = TimeSpan.Zero, Compress = true },
        Publish = new PublishSettings { MaxRequestSize = 1024 * 1024, Timeout = TimeSpan.FromSeconds(5) },
        History = new HistorySettings { Size = 0, CleanupFrequency = 0.3 },
        Journal = new JournalSettings { Kind = JournalKind.Memory, Path = "", ConnectionString = null },
        LogFormat = LogFormat.Text,
        Debug = false,
        Demo = false,
    };

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.WebHost.ConfigureKestrel(server => server.ConfigureEndpointDefaults(endpoint =>
            endpoint.Protocols = IsHttp2 ? HttpProtocols.Http2 : HttpProtocols.Http1));
        builder.Logging.ClearProviders().AddProvider(Logs);
        _app = builder.Build();
        var generation = new V07Generation(Hub, Settings, TimeProvider.System, (ILoggerFactory)_app.Services.GetService(typeof(ILoggerFactory))!, Reservations);
        _app.Run(context =>
        {
            if (generation.Claims(context.Request))
                return generation.HandleAsync(context);
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        });
        await _app.StartAsync();
        Url = new Uri(_app.Urls.First() + "/hub");
        Client = new HttpClient { Timeout = TimeSpan.FromSeconds(20) };
    }

    public async Task DisposeAsync()
    {
        Client.Dispose();
        Hub.Stop();
        if (_app is not null)
            await _app.DisposeAsync();
        Hub.Dispose();
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
        using var response = await PublishAsync(TestTokens.Publisher("*"), fields);
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
}
