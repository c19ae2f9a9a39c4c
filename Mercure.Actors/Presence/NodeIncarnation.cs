using System.Security.Cryptography;
using System.Text;
using Akka.Actor;
using Akka.Cluster;

namespace Mercure.Actors.Presence;

/// <summary>
/// Names one life of one node. In a cluster it follows from the node's unique address, so that whoever knows the members knows
/// whose subscriptions are over, also after a failover; a hub by itself draws it at each start.
/// </summary>
internal sealed class NodeIncarnation(Guid id) : IExtension
{
    public Guid Id { get; } = id;

    public static Guid Of(ActorSystem system) => system.WithExtension<NodeIncarnation, Provider>().Id;

    public static Guid Of(UniqueAddress member) =>
        new(SHA256.HashData(Encoding.UTF8.GetBytes($"{member.Address}#{member.Uid}")).AsSpan(0, 16));

    public static bool IsInCluster(ActorSystem system) => ((ExtendedActorSystem)system).Provider is IClusterActorRefProvider;

    private sealed class Provider : ExtensionIdProvider<NodeIncarnation>
    {
        public override NodeIncarnation CreateExtension(ExtendedActorSystem system) =>
            new(IsInCluster(system) ? Of(Cluster.Get(system).SelfUniqueAddress) : Guid.NewGuid());
    }
}
