using System.Text;
using Mercure.Actors.Matching;
using Xunit;

namespace Mercure.Specs.Matching;

/// <summary>Bounds on time, counted in steps and not by a clock, and on allocation.</summary>
public class UriTemplateCostSpecs
{
    [Theory]
    [InlineData("{a}", 200, "x", "a")]
    [InlineData("{a:9999}", 200, "x", "a")]
    [InlineData("{a*}", 200, "x", "a,a=")]
    [InlineData("{+a}", 200, "x", "a/%C3%A9")]
    [InlineData("{+a:9999}", 200, "x", "/%C3%A9")]
    [InlineData("{+a*}a", 200, "x", "a")]
    [InlineData("{;a*}", 200, "x", ";a=a")]
    [InlineData("{?a*}{&a*}", 100, "x", "&a=a")]
    [InlineData("{&aaaaaaaaaaaaaaaaaaaaaaaa*}", 100, "x", "&aaaaaaaaaaaaaaaaaaaaaaaa=")]
    [InlineData("{a}aaaaaaaaaaaaaaaaaaaaaaab", 100, "x", "a")]
    [InlineData("{a}é", 200, "x", "é")]
    [InlineData("{a,b,c*,d:3,e:5000}", 100, "x", "a,")]
    public void Should_take_steps_in_proportion_to_the_product_of_lengths(string piece, int times, string end, string topicPiece)
    {
        var text = string.Concat(Enumerable.Repeat(piece, times)) + end;
        Assert.True(UriTemplate.TryParse(text, out var template, maxLength: int.MaxValue));
        foreach (var length in new[] { 100, 1_000, 10_000 })
        {
            var topic = new StringBuilder().Insert(0, topicPiece, length / topicPiece.Length).Append("!x").ToString();
            template.Matches(topic, out var steps);
            Assert.InRange(steps, 0, (topic.Length + 1L) * text.Length * 3);
        }
    }

    [Fact]
    public void Should_stop_where_nothing_can_follow()
    {
        Assert.True(UriTemplate.TryParse("/{a}/{b}/{c}", out var template));
        Assert.False(template.Matches("/" + new string(' ', 100_000), out var steps));
        Assert.InRange(steps, 1, 10);
    }

    [Theory]
    [InlineData("https://example.com/books/{id}", "https://example.com/books/12345")]
    [InlineData("https://example.com/{kind:8}/{id}{?page,size*}", "https://example.com/books/12345?page=1&size=2")]
    [InlineData("https://example.com/é/{id}", "https://example.com/%C3%A9/12345")]
    public void Should_match_without_allocation(string text, string topic)
    {
        Assert.True(UriTemplate.TryParse(text, out var template));
        Assert.True(template.Matches(topic));
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var round = 0; round < 100; round++)
            template.Matches(topic);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }
}
