using System.Globalization;
using Akka.Actor;
using Akka.Configuration;
using Akka.Hosting;
using Mercure.Actors.Hosting;
using Mercure.Http.Hosting;
using Mercure.Http.Settings;
using Mercure.Journal;
using Mercure.Journal.Cluster;

namespace Mercure.Http.Cluster;

/// <summary>Makes the actor system a node of a cluster.</summary>
internal static class ClusterNode
{
    /// <summary>A publish has more around it on the wire than in its request.</summary>
    private const int FrameOverhead = 1 << 20;

    private const int LeastFrame = 4 << 20;

    /// <summary>The user's own file wins over every key, but a hub does not start with a frame that is too small for a publish.</summary>
    /// <exception cref="SettingsException">It names a frame that is too small.</exception>
    public static void CheckFrame(HubSettings settings)
    {
        var own = ConfigurationFactory.ParseString(settings.AkkaConfig);
        if (!own.HasPath(WireLimits.FrameSizeKey))
            return;

        try
        {
            WireLimits.Check(own, settings.Publish.MaxRequestSize);
        }
        catch (ConfigurationException e)
        {
            throw new SettingsException(e.Message, e);
        }
    }

    /// <summary>Goes behind what the user's own file says, and before the hub.</summary>
    public static AkkaConfigurationBuilder WithClusterNode(this AkkaConfigurationBuilder akka, HubSettings settings, IServiceProvider services)
    {
        var cluster = settings.Cluster!;
        var databases = services.GetRequiredService<JournalDatabases>();
        var leases = new LeaseTable(databases);
        akka.AddHocon(HoconResource.Read("cluster.conf"), HoconAddMode.Prepend);
        if (cluster.Timing == ClusterTiming.Safe)
            akka.AddHocon(HoconResource.Read("cluster-safe.conf"), HoconAddMode.Prepend);
        akka.AddHocon(Own(settings, cluster), HoconAddMode.Prepend);
        akka.AddSetup(new LeaseSetup(leases));
        if (cluster.Tls is { } tls)
            akka.AddSetup(RemotingTls.Setup(tls));

        return akka.WithActors((system, _) =>
        {
            RemotingTls.WarnWithout(system, cluster);
            services.GetRequiredService<OrderlyEnd>().Attach(
                system, services.GetRequiredService<Drain>(), services.GetRequiredService<IHostApplicationLifetime>());
            system.ActorOf(
                Bootstrap.Props(new NodeTable(databases, settings.Name), leases, $"hub/{settings.Name}/founder", Contacts(system, cluster)), "bootstrap");
        });
    }

    private static string Own(HubSettings settings, ClusterSettings cluster) => string.Create(CultureInfo.InvariantCulture, $$"""
        akka.remote.dot-netty.tcp {
          hostname = "{{cluster.BindHost}}"
          port = {{cluster.BindPort}}
          public-hostname = "{{cluster.Host}}"
          public-port = {{cluster.Port}}
          enable-ssl = {{(cluster.Tls is null ? "off" : "on")}}
          maximum-frame-size = {{Math.Max(LeastFrame, settings.Publish.MaxRequestSize + FrameOverhead)}}b
        }
        akka.coordinated-shutdown.phases.before-service-unbind.timeout = {{Drain.StopTimeout(settings).TotalMilliseconds:F0}}ms
        akka.cluster.roles = [{{string.Join(", ", cluster.Roles.Select(role => $"\"{role}\""))}}]
        akka.cluster.split-brain-resolver.lease-majority.lease-name = "hub/{{settings.Name}}/majority"
        """);

    private static IContactPoints? Contacts(ActorSystem system, ClusterSettings cluster) => cluster.Discovery switch
    {
        ClusterDiscovery.Seeds => new SeedContacts([.. cluster.Seeds.Select(seed => AddressOf(system, seed))]),
        ClusterDiscovery.Dns => new ManagementContacts(LookUps.Dns(cluster.DiscoveryService!, cluster.ManagementPort)),
        ClusterDiscovery.Akka => new ManagementContacts(LookUps.Akka(system, cluster.DiscoveryService!, cluster.ManagementPort)),
        _ => null,
    };

    private static Address AddressOf(ActorSystem system, string seed)
    {
        var colon = seed.LastIndexOf(':');
        var self = Akka.Cluster.Cluster.Get(system).SelfAddress;
        return self.WithHost(seed[..colon].Trim('[', ']')).WithPort(int.Parse(seed[(colon + 1)..], CultureInfo.InvariantCulture));
    }
}
