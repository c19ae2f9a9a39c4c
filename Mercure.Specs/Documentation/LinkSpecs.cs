using System.Text.RegularExpressions;
using Mercure.Specs.Settings;
using Xunit;

namespace Mercure.Specs.Documentation;

/// <summary>Links between documents, and to files and headings, lead somewhere.</summary>
public sealed partial class LinkSpecs
{
    [Fact]
    public void Should_lead_to_files_and_headings_that_are_there()
    {
        var links = Documents.All()
            .SelectMany(static document => Link().Matches(Documents.Read(document)).Select(match => (Document: document, Target: match.Groups["target"].Value)))
            .Where(static link => !link.Target.Contains(':', StringComparison.Ordinal))
            .ToList();

        Assert.True(links.Count > 50, $"{links.Count} links");
        Assert.Equal([], links.Where(static link => !LeadsSomewhere(link.Document, link.Target)).ToList());
    }

    private static bool LeadsSomewhere(string document, string target)
    {
        var parts = target.Split('#', 2);
        var path = parts[0].Length == 0
            ? Path.Combine(Repository.Root, document)
            : Path.Combine(Repository.Root, Path.GetDirectoryName(document)!, parts[0]);
        return parts.Length == 1 ? Path.Exists(path) : File.Exists(path) && Headings(File.ReadAllText(path)).Contains(parts[1]);
    }

    /// <summary>As forges name them: lower case, without punctuation, dashes for spaces.</summary>
    private static HashSet<string> Headings(string text) =>
        [.. Heading().Matches(text).Select(match => Punctuation().Replace(match.Groups["text"].Value.ToLowerInvariant(), "").Replace(' ', '-'))];

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Link();

    [GeneratedRegex("^#+ (?<text>.+)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\s-]", RegexOptions.None, 1000)]
    private static partial Regex Punctuation();
}
