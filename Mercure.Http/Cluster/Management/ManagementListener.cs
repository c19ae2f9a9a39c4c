using System.Net;
using System.Net.Sockets;
using Akka.Actor;
using Mercure.Http.Hosting;
using Mercure.Http.Settings;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Mercure.Http.Cluster.Management;

/// <summary>
/// The routes of the JVM's Akka Management, on a listener of their own: what they say is no stranger's business. Opens
/// before the hub and closes after it, so that a load balancer sees a stopping node fail rather than vanish.
/// </summary>
internal sealed class ManagementListener(
    HubSettings settings, ActorSystem system, HealthEndpoint health, IHostApplicationLifetime lifetime, ILoggerFactory loggers) : IHostedService
{
    private const int MaxBody = 16 << 10;

    private readonly ClusterSettings _settings = settings.Cluster!;
    private readonly WebPages _pages = new(settings.Cluster!, loggers.CreateLogger<ManagementListener>());
    private readonly MembersEndpoint _members = new(system);
    private readonly ShardsEndpoint _shards = new(system);
    private readonly DomainEventsEndpoint _events = new(system, lifetime);
    private readonly ReadyEndpoint _ready = new(system, health);

    private WebApplication? _app;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(loggers);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaxBody;
            Listen(kestrel);
        });
        // Its end is this service's, not the signal's.
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        _app = builder.Build();
        _app.Run(HandleAsync);
        try
        {
            await _app.StartAsync(cancellationToken);
        }
        catch (IOException e)
        {
            throw new SettingsException(
                $"MERCURE_CLUSTER_MANAGEMENT_ADDR: can't listen on {_settings.ManagementHost}:{_settings.ManagementPort}: {e.Message}", e);
        }
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_app is null)
            return;

        await _app.StopAsync(cancellationToken);
        await _app.DisposeAsync();
    }

    private void Listen(KestrelServerOptions kestrel)
    {
        if (_settings.ManagementHost is null)
            kestrel.ListenAnyIP(_settings.ManagementPort);
        else if (IPAddress.TryParse(_settings.ManagementHost, out var address))
            kestrel.Listen(address, _settings.ManagementPort);
        else
            kestrel.Listen(Dns.GetHostAddresses(_settings.ManagementHost, AddressFamily.InterNetwork)[0], _settings.ManagementPort);
    }

    private Task HandleAsync(HttpContext context)
    {
        if (_pages.Refusal(context.Request) is { } refusal)
            return Json.MessageAsync(context, StatusCodes.Status403Forbidden, refusal);

        var routes = Routes((context.Request.Path.Value ?? "").Trim('/').Split('/'));
        if (routes.Length == 0)
            return Json.MessageAsync(context, StatusCodes.Status404NotFound, "Not found. The routes are in docs/clustering.md, Management");
        var route = Array.Find(routes, route => route.Method == context.Request.Method);
        return route is not null && IsOpen(route) ? route.Handle(context) : OtherMethodAsync(context, routes, route);
    }

    private Route[] Routes(string[] path) => path switch
    {
        ["ready"] => [Get(_ready.ReadyAsync)],
        ["alive"] => [Get(_ready.AliveAsync)],
        ["bootstrap", "seed-nodes"] => [Get(_members.SeedNodesAsync)],
        ["cluster"] => [Command("PUT", MembersEndpoint.ChangeClusterAsync)],
        ["cluster", "members"] => [Get(_members.ListAsync), Command("POST", _members.JoinAsync)],
        ["cluster", "members", .. var address] => OfMember(Uri.UnescapeDataString(string.Join('/', address))),
        ["cluster", "shards"] => [Get(_shards.ListAsync)],
        ["cluster", "shards", var name] => [Get(context => _shards.GetAsync(context, name))],
        ["cluster", "shards", var name, "stats"] => [Get(context => _shards.StatsAsync(context, name))],
        ["cluster", "domain-events"] => [Get(_events.StreamAsync)],
        _ => [],
    };

    private Route[] OfMember(string address) =>
    [
        Get(context => _members.GetAsync(context, address)),
        Command("DELETE", context => _members.LeaveAsync(context, address)),
        Command("PUT", context => _members.ChangeAsync(context, address)),
    ];

    private static Route Get(RequestDelegate handle) => new("GET", IsCommand: false, handle);

    private static Route Command(string method, RequestDelegate handle) => new(method, IsCommand: true, handle);

    private bool IsOpen(Route route) => _settings.ManagementWrites || !route.IsCommand;

    private Task OtherMethodAsync(HttpContext context, Route[] routes, Route? route)
    {
        var open = string.Join(", ", routes.Where(IsOpen).Select(one => one.Method));
        context.Response.Headers.Allow = open;
        return Json.MessageAsync(
            context,
            StatusCodes.Status405MethodNotAllowed,
            route is not null || open.Length == 0 ? "Commands are off: MERCURE_CLUSTER_MANAGEMENT_WRITES=1 allows them" : $"Not for this method; accepted here: {open}");
    }

    private sealed record Route(string Method, bool IsCommand, RequestDelegate Handle);

    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
