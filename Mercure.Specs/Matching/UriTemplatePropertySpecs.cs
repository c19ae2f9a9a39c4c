using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Mercure.Actors.Matching;

namespace Mercure.Specs.Matching;

/// <summary>Random templates with random assignments: whatever one expands to is matched.</summary>
public class UriTemplatePropertySpecs
{
    private static readonly string[] Names = ["x", "y", "long_name", "dotted.name", "n%C3%A9"];

    [Property(Arbitrary = [typeof(Expansions)], MaxTest = 3000)]
    public bool Should_match_every_expansion(Expansion expansion) => Match(expansion.Template, expansion.As(new Rfc6570Expander()));

    [Property(Arbitrary = [typeof(Expansions)], MaxTest = 3000)]
    public bool Should_match_every_expansion_as_an_iri(Expansion expansion) =>
        Match(expansion.Template, expansion.As(new Rfc6570Expander(Iri: true)));

    [Property(Arbitrary = [typeof(Expansions)], MaxTest = 1000)]
    public bool Should_match_by_either_reading_of_empty_pairs(Expansion expansion, byte mask) =>
        Match(expansion.Template, expansion.As(new Rfc6570Expander(EqualsAfterEmpty: mask)));

    /// <summary>A space is always encoded.</summary>
    [Property(Arbitrary = [typeof(Expansions)], MaxTest = 1000)]
    public bool Should_not_match_an_expansion_with_a_foreign_character(Expansion expansion, ushort at) =>
        expansion.As(new Rfc6570Expander()) is not { } topic
        || !Parse(expansion.Template).Matches(topic.Insert(at % (topic.Length + 1), " "));

    /// <summary>Two templates one after the other, with different values for the same names.</summary>
    [Property(Arbitrary = [typeof(Expansions)], MaxTest = 1000)]
    public bool Should_match_each_occurrence_of_a_variable_for_itself(Expansion first, Expansion second) =>
        first.As(new Rfc6570Expander()) is not { } begin || second.As(new Rfc6570Expander()) is not { } end
        || Match(first.Template + second.Template, begin + end);

    /// <summary>Null is an expansion that doesn't exist.</summary>
    private static bool Match(string template, string? topic) =>
        topic is null
        || (Parse(template) is var parsed && parsed.Matches(topic) && topic.StartsWith(parsed.LiteralPrefix, StringComparison.Ordinal));

    private static UriTemplate Parse(string text) =>
        UriTemplate.TryParse(text, out var template) ? template : throw new ArgumentException($"{text} does not parse", nameof(text));

    public sealed record Expansion(string Template, IReadOnlyDictionary<string, TemplateValue> Values)
    {
        public string? As(Rfc6570Expander expander) => expander.Expand(Template, Values);

        public override string ToString() => $"{Template} with {string.Join(", ", Values)}: {As(new Rfc6570Expander())}";
    }

    public static class Expansions
    {
        private static Gen<string> Text { get; } =
            Gen.Elements("a", "B7", "-._~", "/", "?", "&", "=", ",", ";", "#", "%", "%41", "%C3%A9", "%FF", " ", "é", "€", "\U0001F600")
                .ListOf().Resize(6).Select(string.Concat);

        private static Gen<TemplateValue> Value { get; } = Gen.OneOf(
            Text.Select(TemplateValue (text) => new TemplateValue.Text(text)),
            Text.ListOf().Resize(4).Select(TemplateValue (members) => new TemplateValue.Members([.. members])),
            Gen.Zip(Text, Text).ListOf().Resize(4).Select(TemplateValue (pairs) => new TemplateValue.Pairs([.. pairs])));

        private static Gen<string> Variable { get; } = Gen.Zip(Gen.Elements(Names), Gen.Elements("", "", "*", ":1", ":3", ":9999"))
            .Select(parts => parts.Item1 + parts.Item2);

        private static Gen<string> Expression { get; } = Gen
            .Zip(Gen.Elements("", "+", "#", ".", "/", ";", "?", "&"), Variable.NonEmptyListOf().Resize(3))
            .Select(parts => $"{{{parts.Item1}{string.Join(",", parts.Item2)}}}");

        private static Gen<string> Part { get; } =
            Gen.OneOf(Expression, Gen.Elements("/", "a", "?x=", "é", "%2F", "'", "https://example.com/"));

        public static Arbitrary<Expansion> Arbitrary() => Arb.From(
            from parts in Part.ListOf().Resize(5)
            from values in Value.ListOf(Names.Length)
            from defined in Gen.Elements(true, true, false).ListOf(Names.Length)
            select new Expansion(
                string.Concat(parts),
                Names.Index()
                    .Where(name => defined[name.Index])
                    .ToDictionary(name => name.Item, name => values[name.Index], StringComparer.Ordinal)));
    }
}
