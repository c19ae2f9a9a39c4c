using Akka.Actor;
using Akka.Cluster;
using Akka.Cluster.SBR;
using Akka.Coordination;

namespace Mercure.Http.Cluster;

/// <summary>
/// Akka's split-brain resolver over a lease in the journal's database, and before it <see cref="Downing"/>, which does not
/// wait where there is proof. Named by <c>hocon/cluster.conf</c>; made by Akka.
/// </summary>
public sealed class LeaseDowningProvider(ExtendedActorSystem system, Akka.Cluster.Cluster cluster) : IDowningProvider
{
    private readonly SplitBrainResolverProvider _resolver = new(system, cluster);

    /// <summary>
    /// A successor does not wait for its predecessor to end: the journal's unique key stops a second writer at its next write.
    /// </summary>
    public TimeSpan DownRemovalMargin => TimeSpan.Zero;

    public Props DowningActorProps
    {
        get
        {
            var settings = new SplitBrainResolverSettings(system.Settings.Config).LeaseMajoritySettings;
            // The very lease of the resolver: it is found by these three.
            var lease = LeaseProvider.Get(system).GetLease(
                settings.SafeLeaseName(system.Name), settings.LeaseImplementation, cluster.SelfUniqueAddress.Address.HostPort());
            return Downing.Props(cluster, lease, _resolver.DowningActorProps);
        }
    }
}
