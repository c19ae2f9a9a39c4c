using Mercure.Specs.Settings;
using Xunit;

namespace Mercure.Specs.Examples;

/// <summary>An example in a language that not every machine has: skipped, and said so, where its interpreter is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ExampleFactAttribute : FactAttribute
{
    public ExampleFactAttribute(string interpreter) => Skip = Needs.Program(interpreter);
}
