using Akka.Hosting;
using Akka.Hosting.Logging;
using Mercure.Actors;
using Mercure.Actors.Hosting;
using Mercure.Http.Hosting.Logging;
using Mercure.Http.Protocol;
using Mercure.Http.Protocol.V010;
using Mercure.Http.Protocol.V07;
using Mercure.Http.Settings;
using Mercure.Journal;

namespace Mercure.Http.Hosting;

/// <summary>Registers the hub itself: its journal, its actors, and the generations of the protocol that it serves.</summary>
public static class CoreServices
{
    /// <summary>Updates kept by a journal in memory when nothing else bounds it.</summary>
    private const long MemoryHistory = 100_000;

    /// <exception cref="JournalException">The journal can't be used.</exception>
    public static IServiceCollection AddMercureHub(this IServiceCollection services, HubSettings settings)
    {
        var databases = JournalDatabases.Open(new JournalOptions
        {
            Kind = settings.Journal.Kind,
            Path = settings.Journal.Path,
            ConnectionString = settings.Journal.ConnectionString,
        });
        var options = OptionsOf(settings);
        var hub = new Hub();
        return services
            .AddSingleton(_ => databases)
            .AddSingleton(hub)
            .AddSingleton<IHub>(hub)
            .AddGenerations(settings)
            .AddAkka("mercure", (akka, provider) =>
            {
                // Whatever is added before goes behind what is added later: the user's own file wins.
                akka.ConfigureLoggers(logging =>
                {
                    logging.ClearLoggers();
                    logging.AddLogger<ActorLog>();
                    logging.LogLevel = settings.Debug ? Akka.Event.LogLevel.DebugLevel : Akka.Event.LogLevel.InfoLevel;
                });
                akka.AddSetup(new LoggerFactorySetup(provider.GetRequiredService<ILoggerFactory>()));
                akka.AddHocon(HoconResource.Read("akka.conf"), HoconAddMode.Prepend);
                akka.WithHubJournal(databases);
                akka.WithMercureHub(
                    options,
                    JournalHosting.CreateStore(databases, options.PersistenceId),
                    provider.GetRequiredService<TimeProvider>(),
                    hub);
                if (settings.AkkaConfig.Length > 0)
                    akka.AddHocon(settings.AkkaConfig, HoconAddMode.Prepend);
            })
            .AddHostedService<StreamCloser>();
    }

    /// <summary>Those that have keys.</summary>
    private static IServiceCollection AddGenerations(this IServiceCollection services, HubSettings settings)
    {
        if (settings.V07 is not null)
            services.AddSingleton<IProtocolGeneration, V07Generation>();
        if (settings.V010 is not null)
            services.AddSingleton<IProtocolGeneration, V010Generation>();
        return services;
    }

    private static HubOptions OptionsOf(HubSettings settings) => new()
    {
        Name = settings.Name,
        PublishTimeout = settings.Publish.Timeout,
        HeartbeatInterval = settings.Streams.HeartbeatInterval,
        HistorySize = settings.Journal.Kind == JournalKind.Memory && settings.History.Size == 0 ? MemoryHistory : settings.History.Size,
        CleanupFrequency = settings.History.CleanupFrequency,
    };
}
