using Akka.Cluster.Sharding;
using Mercure.Actors.Protocol;

namespace Mercure.Actors.Hosting;

/// <summary>
/// Where Cluster.Sharding finds the writer of a hub: the entity is the hub's name, so that the same messages reach it
/// whether it is a local actor or lives on another node.
/// </summary>
internal sealed class HubMessageExtractor() : HashCodeMessageExtractor(maxNumberOfShards: 10)
{
    /// <summary>Name of the entity type.</summary>
    public const string TypeName = "hub";

    public override string? EntityId(object message) => (message as IHubMessage)?.Hub;
}
