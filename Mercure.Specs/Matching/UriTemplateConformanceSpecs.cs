using System.Text.Json;
using Mercure.Actors.Matching;
using Xunit;

namespace Mercure.Specs.Matching;

/// <summary>The URI template test suite (data/uritemplate), read backwards.</summary>
public class UriTemplateConformanceSpecs
{
    /// <summary>
    /// Negative for the value given, not for the grammar: <c>keys</c> is an associative array, which has no prefix (RFC 6570,
    /// section 2.4.1). The same text with a string for <c>keys</c> is in order, and a matcher knows no values.
    /// </summary>
    private static readonly string[] NegativeByValue = ["{keys:1}", "{+keys:1}"];

    public static TheoryData<string, string> Expansions()
    {
        // Two of the files overlap, and a theory's rows must differ.
        var pairs = new HashSet<(string Template, string Expansion)>();
        foreach (var (template, expected) in new[] { "spec-examples", "spec-examples-by-section", "extended-tests" }.SelectMany(Cases))
        {
            var expansions = expected.ValueKind switch
            {
                JsonValueKind.Array => expected.EnumerateArray(),
                JsonValueKind.String => Enumerable.Repeat(expected, 1),
                _ => [],
            };
            foreach (var expansion in expansions)
                pairs.Add((template, expansion.GetString()!));
        }

        var data = new TheoryData<string, string>();
        foreach (var (template, expansion) in pairs)
            data.Add(template, expansion);
        return data;
    }

    public static TheoryData<string> Negatives() => [.. Cases("negative-tests").Select(test => test.Template).Except(NegativeByValue)];

    [Theory]
    [MemberData(nameof(Expansions))]
    public void Should_match_every_expansion_listed(string template, string expansion)
    {
        Assert.True(UriTemplate.TryParse(template, out var parsed));
        Assert.True(parsed.Matches(expansion));
        Assert.StartsWith(parsed.LiteralPrefix, expansion, StringComparison.Ordinal);
    }

    [Fact]
    public void Should_read_the_whole_suite()
    {
        Assert.InRange(Expansions().Count, 200, 400);
        Assert.Equal(34, Negatives().Count);
    }

    [Theory]
    [MemberData(nameof(Negatives))]
    public void Should_not_parse_what_the_grammar_excludes(string text) => Assert.False(UriTemplate.TryParse(text, out _));

    [Theory]
    [InlineData("{keys:1}")]
    [InlineData("{+keys:1}")]
    public void Should_parse_what_is_negative_for_its_value_only(string text)
    {
        Assert.Contains(text, NegativeByValue);
        Assert.True(UriTemplate.TryParse(text, out _));
    }

    private static IEnumerable<(string Template, JsonElement Expected)> Cases(string file)
    {
        using var stream = File.OpenRead(Path.Combine(AppContext.BaseDirectory, "data", "uritemplate", $"{file}.json"));
        using var document = JsonDocument.Parse(stream);
        return
        [
            .. document.RootElement.EnumerateObject()
                .SelectMany(section => section.Value.GetProperty("testcases").EnumerateArray())
                .Select(test => (test[0].GetString()!, test[1].Clone())),
        ];
    }
}
