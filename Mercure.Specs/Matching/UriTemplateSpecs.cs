using Mercure.Actors.Matching;
using Xunit;

namespace Mercure.Specs.Matching;

public class UriTemplateSpecs
{
    [Theory]
    [InlineData("{}")]
    [InlineData("{+}")]
    [InlineData("{x,}")]
    [InlineData("{,x}")]
    [InlineData("{x,,y}")]
    [InlineData("{{x}}")]
    [InlineData("{x{y}}")]
    [InlineData("{.x..y}")]
    [InlineData("{..x}")]
    [InlineData("{@x}")]
    [InlineData("{,x*}")]
    [InlineData("{x**}")]
    [InlineData("{x*:3}")]
    [InlineData("{x:-1}")]
    [InlineData("{x:12345}")]
    [InlineData("{é}")]
    [InlineData("{%4}")]
    [InlineData("a b{x}")]
    [InlineData("a\"{x}")]
    [InlineData("a<{x}")]
    [InlineData("a>{x}")]
    [InlineData("a\\{x}")]
    [InlineData("a^{x}")]
    [InlineData("a`{x}")]
    [InlineData("a|{x}")]
    [InlineData("a}{x}")]
    [InlineData("100%{x}")]
    [InlineData("a\n{x}")]
    [InlineData("a\u0085{x}")]
    [InlineData("a\uFFFE{x}")]
    [InlineData("a\uD800{x}")]
    public void Should_not_parse_what_breaks_the_grammar(string text) => Assert.False(UriTemplate.TryParse(text, out _));

    [Theory]
    [InlineData("")]
    [InlineData("no/expression")]
    [InlineData("it's{x}")]
    [InlineData("{a.b.c_d%20e,f:9999,g*}")]
    [InlineData("ünï\U0001F600{x}")]
    [InlineData("%7b{x}[]:/?#@!$&()*+,;=-._~")]
    public void Should_parse_the_grammar(string text) => Assert.True(UriTemplate.TryParse(text, out _));

    [Fact]
    public void Should_not_parse_a_text_over_the_limit()
    {
        Assert.True(UriTemplate.TryParse("{x}".PadLeft(4096, 'a'), out _));
        Assert.False(UriTemplate.TryParse("{x}".PadLeft(4097, 'a'), out _));
        Assert.False(UriTemplate.TryParse("{x}".PadLeft(11, 'a'), out _, maxLength: 10));
    }

    [Theory]
    [InlineData("https://example.com/books/{id}", "https://example.com/books/")]
    [InlineData("{id}", "")]
    [InlineData("/é/{id}", "/")]
    [InlineData("plain", "plain")]
    [InlineData("/a%20{x}", "/a%20")]
    public void Should_know_what_every_match_begins_with(string text, string prefix) => Assert.Equal(prefix, Parse(text).LiteralPrefix);

    [Theory]
    [InlineData("/{x}", "/é")]
    [InlineData("/{x}", "/%C3%A9")]
    [InlineData("/{x}", "/%c3%a9")]
    [InlineData("/{x}", "/\U0001F600")]
    [InlineData("/é/{x}", "/é/")]
    [InlineData("/é/{x}", "/%C3%A9/")]
    [InlineData("{?x}", "?x=日本")]
    public void Should_match_an_iri_as_the_uri_it_stands_for(string template, string topic) => Assert.True(Parse(template).Matches(topic));

    [Theory]
    [InlineData("/{x}", "/%41")] // "A" is never encoded
    [InlineData("/{x}", "/%C3")] // half a character
    [InlineData("/{x}", "/%C0%AF")] // overlong
    [InlineData("/{x}", "/%ED%A0%80")] // a surrogate
    [InlineData("/{x}", "/100%")]
    [InlineData("/{x}", "/a b")]
    [InlineData("/{x}", "/\uD800")]
    [InlineData("/{x}", "/\0")]
    [InlineData("/é/{x}", "/e/")]
    [InlineData("/%C3%A9{x}", "/é")] // triplets of a literal are copied
    [InlineData("/%c3%a9{x}", "/%C3%A9")]
    [InlineData("/{x}", "/{x}")]
    public void Should_not_match_what_no_expansion_contains(string template, string topic) => Assert.False(Parse(template).Matches(topic));

    [Theory]
    [InlineData("{x:3}", "日本語", true)]
    [InlineData("{x:3}", "%E6%97%A5%E6%9C%AC%E8%AA%9E", true)]
    [InlineData("{x:2}", "%E6%97%A5%E6%9C%AC%E8%AA%9E", false)]
    [InlineData("{x:1}", "\U0001F600", true)]
    [InlineData("{+x:1}", "%E6%97%A5", true)]
    [InlineData("{+x:2}", "%FF%FE", true)]
    [InlineData("{+x:1}", "%FF%FE", false)]
    [InlineData("{x:3}", "a,b", false)] // a list has no prefix
    [InlineData("{x:2}/{x:1}", "ab/c", true)] // each occurrence for itself
    [InlineData("{x:2}{x:2}", "abcde", false)]
    [InlineData("{+x:2}/{+x:2}", "a/b/c/d", false)]
    [InlineData("{+x:3}/{+x:3}", "a/b/c/d", true)]
    public void Should_count_a_prefix_in_characters(string template, string topic, bool matches) =>
        Assert.Equal(matches, Parse(template).Matches(topic));

    [Fact]
    public void Should_count_the_longest_prefix()
    {
        var template = Parse("{a:9999}");
        Assert.True(template.Matches(new string('x', 9999)));
        Assert.False(template.Matches(new string('x', 10_000)));
    }

    [Theory]
    [InlineData("{?x}", "?", false)]
    [InlineData("{?x}", "?x", false)]
    [InlineData("{?x}", "?x=", true)]
    [InlineData("{;x}", ";x", true)]
    [InlineData("{;x}", ";x=", false)]
    [InlineData("{?x,y}", "?y=1", true)]
    [InlineData("{?x,y}", "?y=1&x=1", false)]
    [InlineData("{?x*}", "?x=1&x=2", true)]
    [InlineData("{?x*}", "?a=1&b=2", true)]
    [InlineData("{?x*}", "?a=1&b", false)]
    [InlineData("{?a%41*}", "?a%41=1&a%41=2", true)]
    [InlineData("{/x*}", "/a,b", false)]
    [InlineData("{/x}", "/a,b", true)]
    [InlineData("{/x}", "/a/b", false)]
    [InlineData("{x}", "", true)]
    public void Should_follow_the_operators(string template, string topic, bool matches) =>
        Assert.Equal(matches, Parse(template).Matches(topic));

    private static UriTemplate Parse(string text)
    {
        Assert.True(UriTemplate.TryParse(text, out var template));
        return template;
    }
}
