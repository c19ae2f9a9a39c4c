using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Mercure.Actors.Matching;
using Xunit;

namespace Mercure.Specs.Matching;

/// <summary>Expressions side by side are merged, and what a single variable leaves to do is done at once: that changes no answer.</summary>
public class TemplateMergeSpecs
{
    [Property(Arbitrary = [typeof(Cases)], MaxTest = 20_000)]
    public bool Should_match_as_it_does_part_by_part(Case of)
    {
        Assert.True(UriTemplate.TryParse(of.Template, out var merged));
        Assert.True(UriTemplate.TryParseUnmerged(of.Template, out var unmerged));
        return merged.Matches(of.Topic) == unmerged.Matches(of.Topic) && merged.Parts <= unmerged.Parts;
    }

    [Theory]
    [InlineData("{+a}{+b}{+c}", 1)]
    [InlineData("{a}{b}{c}", 1)]
    [InlineData("{a,b,c:3}{d:2}", 1)]
    [InlineData("{+a,b:2}{/c*}{?d}", 1)]
    [InlineData("/{a}{/b}/{c}{d}", 4)]
    [InlineData("{a:3}{b:2}", 2)]
    [InlineData("{a}{b*}", 2)]
    [InlineData("{b,c*}{a}", 3)]
    [InlineData("{#a}{#b}", 2)]
    public void Should_have_as_many_parts_as_cost_something(string template, int parts)
    {
        Assert.True(UriTemplate.TryParse(template, out var parsed));
        Assert.Equal(parts, parsed.Parts);
    }

    public sealed record Case(string Template, string Topic);

    public static class Cases
    {
        private static readonly string[] Operators = ["", "", "+", "#", ".", "/", ";", "?", "&"];
        private static readonly string[] Variables = ["x", "y", "x:1", "y:3", "x*"];
        private static readonly string[] Pieces = ["a", "b", "x", ",", "=", "/", "x=", ";", "?", "&", "#", ".", "%41", "%C3%A9", "%C3", "%2F", "%", "é", " ", "a/b", "\U0001F600"];

        public static Arbitrary<Case> Arbitrary() => Arb.From(
            from parts in Gen.OneOf(Expression, Expression, Expression, Gen.Elements("a", "/", "é")).NonEmptyListOf().Resize(5)
            from topic in Gen.Elements(Pieces).ListOf().Resize(8)
            select new Case(string.Concat(parts), string.Concat(topic)));

        private static Gen<string> Expression { get; } =
            from symbol in Gen.Elements(Operators)
            from variables in Gen.Elements(Variables).NonEmptyListOf().Resize(2)
            select $"{{{symbol}{string.Join(",", variables)}}}";
    }
}
