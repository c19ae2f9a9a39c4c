using Xunit;

namespace Mercure.Specs.Processes;

/// <summary>Specs that start hubs of their own and measure time: one at a time, with nothing else running.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class ProcessesCollection
{
    public const string Name = "Processes";
}
