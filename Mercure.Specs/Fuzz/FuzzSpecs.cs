using Mercure.Specs.Settings;
using Xunit;

namespace Mercure.Specs.Fuzz;

/// <summary>How to fuzz for longer, and what to do with what is found: docs/fuzzing.md.</summary>
public sealed class FuzzSpecs
{
    private const int Mutations = 3_000;

    public static TheoryData<string> Targets => [.. FuzzTarget.All.Select(static target => target.Name)];

    [Theory]
    [MemberData(nameof(Targets))]
    public void Should_hold_for_the_corpus(string name)
    {
        var target = Find(name);
        var corpus = target.Corpus();

        Assert.NotEmpty(corpus);
        Assert.All(corpus, target.Try);
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public void Should_hold_for_mutations_of_the_corpus(string name) =>
        Assert.InRange(Find(name).Hunt(Enumerable.Range(0, Mutations)), 1, Mutations);

    /// <summary>For MERCURE_FUZZ_SECONDS (20) a target, from seeds that differ each time.</summary>
    [Theory]
    [Trait("Category", "Long")]
    [MemberData(nameof(Targets))]
    public void Should_hold_for_as_long_as_wanted(string name)
    {
        using var time = new CancellationTokenSource(SpecSettings.FuzzTime);

        Find(name).Hunt(Seeds(Random.Shared.Next(), time.Token));
    }

    private static IEnumerable<int> Seeds(int first, CancellationToken stop)
    {
        for (var seed = first; !stop.IsCancellationRequested; seed = unchecked(seed + 1))
            yield return seed;
    }

    private static FuzzTarget Find(string name) => FuzzTarget.All.Single(target => target.Name == name);
}
