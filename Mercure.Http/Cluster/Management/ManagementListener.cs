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
        var path = (context.Request.Path.Value ?? "").Trim('/').Split('/');
        var method = context.Request.Method;
        return (path, method) switch
        {
            (["ready"], "GET") => _ready.ReadyAsync(context),
            (["alive"], "GET") => _ready.AliveAsync(context),
            (["bootstrap", "seed-nodes"], "GET") => _members.SeedNodesAsync(context),
            (["cluster", "members"], "GET") => _members.ListAsync(context),
            (["cluster", "members", .. var address], "GET") => _members.GetAsync(context, string.Join('/', address)),
            (["cluster", "shards"], "GET") => _shards.ListAsync(context),
            (["cluster", "shards", var name], "GET") => _shards.GetAsync(context, name),
            (["cluster", "shards", var name, "stats"], "GET") => _shards.StatsAsync(context, name),
            (["cluster", "domain-events"], "GET") => _events.StreamAsync(context),
            (["cluster" or "ready" or "alive" or "bootstrap", ..], _) => WriteAsync(context, path, method),
            _ => Json.MessageAsync(context, StatusCodes.Status404NotFound, "Not found"),
        };
    }

    private Task WriteAsync(HttpContext context, string[] path, string method)
    {
        if (!_settings.ManagementWrites)
            return MethodNotAllowedAsync(context);

        return (path, method) switch
        {
            (["cluster"], "PUT") => MembersEndpoint.ChangeClusterAsync(context),
            (["cluster", "members"], "POST") => _members.JoinAsync(context),
            (["cluster", "members", .. var address], "DELETE") => _members.LeaveAsync(context, string.Join('/', address)),
            (["cluster", "members", .. var address], "PUT") => _members.ChangeAsync(context, string.Join('/', address)),
            _ => MethodNotAllowedAsync(context),
        };
    }

    private static Task MethodNotAllowedAsync(HttpContext context)
    {
        context.Response.Headers.Allow = "GET";
        return Json.MessageAsync(context, StatusCodes.Status405MethodNotAllowed, "Read-only: mercure.cluster.management-writes allows commands");
    }

    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
