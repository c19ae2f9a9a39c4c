using System.Text;
using Mercure.Actors.Matching;
using Mercure.Specs.Matching;
using Xunit;

namespace Mercure.Specs.Fuzz;

/// <summary>A template, a topic, and values of the variables, a line each: matches what it expands to, within its steps, and only behind its prefix.</summary>
internal static class TemplateFuzz
{
    public static void Fuzz(ReadOnlySpan<byte> input)
    {
        var lines = Encoding.UTF8.GetString(input).Split('\n');
        var topic = lines.ElementAtOrDefault(1) ?? "";
        if (!UriTemplate.TryParse(lines[0], out var template))
        {
            Assert.Equal(topic == lines[0], TopicSelector.Parse(lines[0]).Matches(topic));
            return;
        }

        var matches = template.Matches(topic, out var steps);
        Assert.InRange(steps, 0, (topic.Length + 1L) * (lines[0].Length + 1) * 3);
        Assert.True(!matches || topic.StartsWith(template.LiteralPrefix, StringComparison.Ordinal), "It matches without its prefix.");

        var values = Names(lines[0])
            .Zip(lines.Skip(2))
            .DistinctBy(static pair => pair.Item1)
            .ToDictionary(static pair => pair.Item1, static pair => ValueOf(pair.Item2), StringComparer.Ordinal);
        if (new Rfc6570Expander().Expand(lines[0], values) is { } expansion)
            Assert.True(template.Matches(expansion), $"It does not match its expansion {expansion}");
    }

    private static IEnumerable<string> Names(string template) => template.Split('{').Skip(1).SelectMany(
        static text => text.Split('}')[0].TrimStart('+', '#', '.', '/', ';', '?', '&').Split(',').Select(static name => name.TrimEnd('*').Split(':')[0]));

    private static TemplateValue ValueOf(string text) =>
        text.Contains('|', StringComparison.Ordinal) ? new TemplateValue.Members(text.Split('|')) : new TemplateValue.Text(text);
}
