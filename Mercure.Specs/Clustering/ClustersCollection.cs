using Xunit;

namespace Mercure.Specs.Clustering;

/// <summary>Specs that start several nodes: one cluster at a time, beside other specs. Several at once would take each other for dead.</summary>
[CollectionDefinition(Name)]
public sealed class ClustersCollection
{
    public const string Name = "Clusters";
}
