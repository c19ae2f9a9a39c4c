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
        Assert.Equal(exact, selector.Matches(text));
        Assert.StartsWith(selector.LiteralPrefix, text, StringComparison.Ordinal);
        Assert.Equal(text, selector.ToString());
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
