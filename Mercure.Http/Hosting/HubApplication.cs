using Mercure.Http.Hosting.Logging;
using Mercure.Http.Protocol;
using Mercure.Http.Settings;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace Mercure.Http.Hosting;

/// <summary>Composes the program. Specs build the same one, on port 0.</summary>
internal static class HubApplication
{
    /// <summary>Binds the address and builds everything; nothing runs before the application is started.</summary>
    /// <param name="settings">Checked settings.</param>
    /// <param name="configure">Adds the hub and the generations of the protocol that it serves.</param>
    /// <exception cref="SettingsException">The address can't be listened on, or the file's <c>akka { … }</c> not be used.</exception>
    public static WebApplication Build(HubSettings settings, Action<IServiceCollection> configure)
    {
        var sockets = ListenSockets.Bind(settings.Listen);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.AddHubLogging(settings);
        builder.AddKestrel(settings, sockets);
        builder.Services
            .AddHubEndpoints(settings)
            .AddSingleton(_ => sockets)
            .Configure<HostOptions>(host => host.ShutdownTimeout = Drain.StopTimeout(settings));
        configure(builder.Services);

        var app = builder.Build();
        app.Services.GetRequiredService<ILoggerFactory>().AddProvider(new KestrelLog(app.Services.GetRequiredService<RefusalLog>()));
        app.Run(app.Services.GetRequiredService<HubPipeline>().InvokeAsync);
        CoreServices.CreateActorSystem(app.Services, settings);
        Announce(app, settings);
        return app;
    }

    private static void Announce(WebApplication app, HubSettings settings)
    {
        var logger = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Mercure.Http");
        if (settings.Debug)
            HostLog.DebugMode(logger);
        if (settings.V07?.PublisherKey.IsShort == true || settings.V010?.Publisher.Key?.IsShort == true)
            HostLog.ShortKey(logger, "publisher");
        if (settings.V07?.SubscriberKey.IsShort == true || settings.V010?.Subscriber.Key?.IsShort == true)
            HostLog.ShortKey(logger, "subscriber");
        if (app.Services.GetRequiredService<IOptions<KestrelServerOptions>>().Value.Limits.MaxConcurrentConnections is { } connections)
            HostLog.ConnectionLimit(logger, connections);
        app.Lifetime.ApplicationStarted.Register(
            () => HostLog.Started(logger, Arguments.Version, settings.Listen.UsesTls ? "https" : "http", string.Join(' ', app.Urls)));
        app.Lifetime.ApplicationStopped.Register(() => HostLog.Stopped(logger));
    }
}
