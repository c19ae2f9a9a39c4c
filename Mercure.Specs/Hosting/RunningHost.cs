using Mercure.Actors;
using Mercure.Actors.Presence;
using Mercure.Actors.Subscribers;
using Mercure.Actors.Updates;
using Mercure.Http.Hosting;
using Mercure.Http.Protocol;
using Mercure.Specs.Processes;
using Mercure.Specs.Settings;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Mercure.Specs.Hosting;

/// <summary>The real host on a free port, with a hub and a generation that a spec can tell what to do.</summary>
internal sealed class RunningHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private RunningHost(WebApplication app) => _app = app;

    public FakeHub Hub { get; private init; } = new();

    public Uri Address => new(_app.Urls.Single());

    public HttpClient Client { get; private init; } = new();

    public static Task<RunningHost> StartAsync(params (string Name, string Value)[] environment) =>
        StartAsync(static context => context.Response.WriteAsync("generation"), environment);

    public static async Task<RunningHost> StartAsync(RequestDelegate generation, params (string Name, string Value)[] environment)
    {
        var hub = new FakeHub();
        var settings = Loading.Load([("ADDR", "127.0.0.1:0"), ("MERCURE_JOURNAL", "memory"), .. environment]);
        var app = HubApplication.Build(settings, services => services
            .AddSingleton<IHub>(hub)
            .AddSingleton<IProtocolGeneration>(new FakeGeneration(generation)));
        await app.StartAsync();
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false };
        handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate?.Subject == "CN=first";
        return new RunningHost(app)
        {
            Hub = hub,
            Client = new HttpClient(handler) { BaseAddress = new Uri(app.Urls.Single()), Timeout = Eventually.Patience },
        };
    }

    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return await Client.SendAsync(request);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private sealed class FakeGeneration(RequestDelegate answer) : IProtocolGeneration
    {
        public string Url => "/hub";

        public bool Claims(HttpRequest request) => request.Path == "/hub";

        public Task HandleAsync(HttpContext context) => answer(context);
    }
}

internal sealed class FakeHub : IHub
{
    private int _checks;

    public string? Reason { get; set; }

    public int Checks => _checks;

    public Task<PublishResult> PublishAsync(Update update) => throw new NotSupportedException();

    public Task<StreamEnd> SubscribeAsync(Subscription subscription) => throw new NotSupportedException();

    public Task<SubscriptionsResult> GetSubscriptionsAsync(SubscriptionQuery query) => throw new NotSupportedException();

    public Task<HubHealth> CheckHealthAsync()
    {
        Interlocked.Increment(ref _checks);
        return Task.FromResult(new HubHealth(Reason));
    }
}
