using Mercure.Actors.Matching;
using Xunit;

namespace Mercure.Specs.Matching;

/// <summary>Alone, for what other specs allocate meanwhile would count.</summary>
[CollectionDefinition("Memory of matching", DisableParallelization = true)]
public sealed class MatchingMemoryCollection;

[Collection("Memory of matching")]
public class MatchingMemorySpecs
{
    private const int Count = 10_000;

    [Theory]
    [InlineData("https://example.com/books/{id}", 160)]
    [InlineData("https://example.com/{kind:8}/{id}{?page,size*}", 240)]
    [InlineData("{a}{b}{c}{d}{e}{f}{g}{h}{i}{j}{k}{l}{m}{n}{o}{p}{q:9999}{r:9999}{s:9999}{t:9999}", 480)]
    public void Should_keep_a_template_small(string text, int bytes) => Assert.InRange(
        KeptBytes(() => Enumerable.Range(0, Count).Select(_ => UriTemplate.TryParse(text, out var template) ? template : null).ToArray()),
        1,
        bytes);

    [Fact]
    public void Should_keep_an_owner_of_its_own_topic_small()
    {
        var selectors = Enumerable.Range(0, Count).Select(number => TopicSelector.Parse($"https://example.com/users/{number}")).ToArray();
        Assert.InRange(KeptBytes(() => Index(selectors, [new object()])), 1, 150);
    }

    [Fact]
    public void Should_keep_an_owner_of_a_common_topic_small()
    {
        var owners = Enumerable.Range(0, Count).Select(_ => new object()).ToArray();
        Assert.InRange(KeptBytes(() => Index([TopicSelector.Parse("/{x}")], owners)), 1, 100);
    }

    private static SelectorIndex<object> Index(TopicSelector[] selectors, object[] owners)
    {
        var index = new SelectorIndex<object>();
        foreach (var selector in selectors)
        {
            foreach (var owner in owners)
                index.Add(selector, owner);
        }

        return index;
    }

    /// <summary>For each of <see cref="Count"/>.</summary>
    private static long KeptBytes(Func<object> create) => KeptMemory.Of(create) / Count;
}
