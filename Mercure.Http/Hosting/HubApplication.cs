using Akka.Actor;
using Mercure.Actors.Hosting;
using Mercure.Http.Hosting.Logging;
using Mercure.Http.Protocol;
using Mercure.Http.Settings;
using Mercure.Http.Tokens;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace Mercure.Http.Hosting;

/// <summary>Composes the program. Specs build the same one, on port 0.</summary>
internal static class HubApplication
{
    /// <summary>How long a log may take to open before it is worth a line.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

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
        if (Cors.IgnoresCookies(settings))
            HostLog.CookiesIgnored(logger);
        if (HasShort(settings.V07?.Publisher, settings.V010?.Publisher))
            KeyLog.ShortKey(logger, "publisher");
        if (HasShort(settings.V07?.Subscriber, settings.V010?.Subscriber))
            KeyLog.ShortKey(logger, "subscriber");
        if (app.Services.GetRequiredService<IOptions<KestrelServerOptions>>().Value.Limits.MaxConcurrentConnections is { } connections)
            HostLog.ConnectionLimit(logger, connections);
        if (settings.IgnoredVariables.Count > 0)
            HostLog.Ignored(logger, string.Join(", ", settings.IgnoredVariables));
        app.Lifetime.ApplicationStarted.Register(() => _ = LogStartedAsync(app, logger, settings));
        app.Lifetime.ApplicationStopped.Register(() => HostLog.Stopped(logger));
    }

    /// <summary>Started is a hub that takes publishes: whoever waits for the line may send one.</summary>
    private static async Task LogStartedAsync(WebApplication app, ILogger logger, HubSettings settings)
    {
        var addresses = string.Join(' ', app.Urls);
        if (app.Services.GetService<Hub>()?.WaitUntilOpenAsync(app.Lifetime.ApplicationStopping) is { } open)
        {
            if (await Task.WhenAny(open, Task.Delay(Patience)) != open)
                HostLog.Listening(logger, addresses);
            await open.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!open.IsCompletedSuccessfully)
                return;
            await ActorLog.FlushAsync(app.Services.GetRequiredService<ActorSystem>());
        }

        HostLog.Started(logger, Arguments.Version, settings.Listen.UsesTls ? "https" : "http", addresses);
    }

    private static bool HasShort(params ReadOnlySpan<RoleKeys?> roles)
    {
        foreach (var role in roles)
        {
            if (role?.Keys.Any(static key => key.IsShort) == true)
                return true;
        }

        return false;
    }
}
