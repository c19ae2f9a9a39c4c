using Akka.Actor;
using Akka.Hosting;
using Akka.Hosting.Logging;
using Mercure.Actors.Hosting;
using Mercure.Http.Cluster;
using Mercure.Http.Cluster.Management;
using Mercure.Http.Hosting.Logging;
using Mercure.Http.Settings;
using Mercure.Journal;

namespace Mercure.Http.Hosting;

/// <summary>The hub in an actor system of its own, as the program has it.</summary>
internal static class CoreServices
{
    /// <exception cref="JournalException">The journal can't be used.</exception>
    public static IServiceCollection AddMercureProgram(this IServiceCollection services, HubSettings settings)
    {
        if (settings.Cluster is { } node)
        {
            ClusterNode.CheckFrame(settings);
            ClusterPorts.Check(node);
        }

        services
            .AddHub(settings)
            .AddSingleton<OrderlyEnd>()
            .AddAkka("mercure", (akka, provider) =>
            {
                // Whatever is added before goes behind what is added later: the user's own file wins.
                akka.ConfigureLoggers(logging =>
                {
                    logging.ClearLoggers();
                    logging.AddLogger<ActorLog>();
                    logging.LogLevel = ActorLog.LowestLevel(settings.LogLevels);
                });
                akka.AddSetup(new LoggerFactorySetup(provider.GetRequiredService<ILoggerFactory>()));
                akka.AddHocon(HoconResource.Read("akka.conf"), HoconAddMode.Prepend);
                if (settings.Cluster is not null)
                    akka.WithClusterNode(settings, provider);
                akka.WithMercureHub(provider, settings.Cluster is null ? null : new ClusterOptions());
                if (settings.AkkaConfig.Length > 0)
                    akka.AddHocon(settings.AkkaConfig, HoconAddMode.Prepend);
            });
        return settings.Cluster is null ? services : services.AddHostedService<ManagementListener>();
    }

    /// <summary>
    /// Before anything runs, so that a file's <c>akka { … }</c> that Akka.NET does not take stops the start like every other
    /// wrong setting.
    /// </summary>
    /// <exception cref="SettingsException">It is not taken.</exception>
    public static void CreateActorSystem(IServiceProvider services, HubSettings settings)
    {
        if (settings.AkkaConfig.Length == 0)
            return;

        try
        {
            services.GetService<ActorSystem>();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Whatever type reads a key throws what it likes
            throw new SettingsException($"akka in the configuration file can't be used: {e.Message}; accepted: configuration of Akka.NET", e);
        }
    }
}
