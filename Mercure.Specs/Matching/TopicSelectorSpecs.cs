using Mercure.Actors.Matching;
using Xunit;

namespace Mercure.Specs.Matching;

public class TopicSelectorSpecs
{
    [Theory]
    [InlineData("https://example.com/books/1", true)]
    [InlineData("https://example.com/books/{", true)]
    [InlineData("{=reserved}", true)]
    [InlineData("", true)]
    [InlineData("https://example.com/books/{id}", false)]
    public void Should_be_exact_unless_a_template(string text, bool exact)
    {
        var selector = TopicSelector.Parse(text);
        Assert.Equal(exact, selector.IsExact);
        Assert.True(selector.Matches(text));
        Assert.StartsWith(selector.LiteralPrefix, text, StringComparison.Ordinal);
        Assert.Equal(text, selector.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("*")]
    [InlineData("https://example.com/{id}")]
    public void Should_match_every_topic_when_it_is_for_all(string topic) => Assert.True(TopicSelector.All.Matches(topic));

    [Fact]
    public void Should_tell_the_star_for_all_from_the_topic_of_that_name()
    {
        Assert.False(TopicSelector.Parse("*").Matches("a"));
        Assert.NotEqual(TopicSelector.All, TopicSelector.Parse("*"));
        Assert.Same(TopicSelector.All, TopicSelector.Of(SelectorKind.All, "*"));
        Assert.Equal(TopicSelector.Parse("*"), TopicSelector.Of(SelectorKind.Template, "*"));
    }

    [Fact]
    public void Should_compare_an_exact_topic_character_by_character()
    {
        var selector = TopicSelector.Parse("https://example.com/é");
        Assert.False(selector.Matches("https://example.com/%C3%A9"));
        Assert.False(selector.Matches("https://example.com/e\u0301"));
        Assert.False(selector.Matches("HTTPS://example.com/é"));
    }

    [Fact]
    public void Should_equal_what_is_written_equally()
    {
        var selector = TopicSelector.Parse("/{x}");
        Assert.Equal(TopicSelector.Parse("/{x}"), selector);
        Assert.Equal(TopicSelector.Parse("/{x}").GetHashCode(), selector.GetHashCode());
        Assert.NotEqual(TopicSelector.Parse("/{y}"), selector);
    }
}
