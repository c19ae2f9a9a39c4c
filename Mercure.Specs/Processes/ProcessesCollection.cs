using Xunit;

namespace Mercure.Specs.Processes;

/// <summary>Specs that measure time, or take what the machine has once: one at a time, with nothing else running.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class ProcessesCollection
{
    public const string Name = "Processes";
}
