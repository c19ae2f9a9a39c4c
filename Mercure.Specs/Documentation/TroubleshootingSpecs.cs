using System.Reflection;
using System.Text.RegularExpressions;
using Mercure.Actors.Updates;
using Mercure.Http.Protocol;
using Mercure.Specs.Settings;
using Xunit;

namespace Mercure.Specs.Documentation;

/// <summary>
/// Whoever looks for a message finds it: what <c>docs/troubleshooting.md</c> quotes in the first columns of its tables is what the
/// hub says, and so is what <c>docs/operations.md</c> tells to look out for in the log.
/// </summary>
public sealed partial class TroubleshootingSpecs
{
    [Theory]
    [InlineData("troubleshooting.md", 50)]
    [InlineData("operations.md", 5)]
    public void Should_quote_only_what_the_hub_says(string document, int atLeast)
    {
        var said = HubMessages.All();
        var quotes = FirstColumns(document).SelectMany(cell => Quote().Matches(cell).Select(match => match.Groups["text"].Value)).ToList();

        Assert.True(quotes.Count >= atLeast, $"{document} quotes {quotes.Count} messages");
        Assert.Equal([], quotes.Where(quote => !said.Any(Like(quote).IsMatch)).ToList());
    }

    [Fact]
    public void Should_have_a_row_for_every_rejection()
    {
        var quotes = FirstColumns("troubleshooting.md")
            .SelectMany(cell => Quote().Matches(cell).Select(match => match.Groups["text"].Value))
            .Where(quote => quote.Length > 10)
            .Select(Like)
            .ToList();

        Assert.Equal([], Reasons().Where(reason => !quotes.Exists(quote => quote.IsMatch(reason))).ToList());
    }

    [Fact]
    public void Should_have_a_row_for_every_refusal_of_the_start()
    {
        var quotes = FirstColumns("troubleshooting.md").SelectMany(cell => Quote().Matches(cell).Select(match => Like(match.Groups["text"].Value))).ToList();

        Assert.Equal([], HubMessages.Refusals().Where(refusal => !quotes.Exists(quote => quote.IsMatch(refusal))).ToList());
    }

    private static IEnumerable<string> Reasons()
    {
        static object Any(ParameterInfo parameter) =>
            parameter.ParameterType == typeof(string) ? ""
            : parameter.ParameterType == typeof(UpdateRule) ? UpdateRules.TooLarge
            : Activator.CreateInstance(parameter.ParameterType)!;
        var fixedOnes = typeof(Rejections).GetFields().Select(field => field.GetValue(null));
        var made = typeof(Rejections)
            .GetMethods(BindingFlags.Public | BindingFlags.Static)
            .Select(method => method.Invoke(null, [.. method.GetParameters().Select(Any)]));
        var rules = typeof(UpdateRules).GetFields().Select(field => field.GetValue(null)).OfType<UpdateRule>().Select(rule => rule.Reason);
        return fixedOnes.Concat(made).Cast<Rejection>().Select(rejection => rejection.Reason).Concat(rules);
    }

    /// <summary>Of the tables whose second column says what to do, or what it means.</summary>
    private static IEnumerable<string> FirstColumns(string document)
    {
        var isMeant = false;
        foreach (var line in File.ReadLines(Path.Combine(Repository.Root, "docs", document)))
        {
            if (!line.StartsWith('|'))
                isMeant = false;
            else if (isMeant)
                yield return Cells().Split(line)[1];
            else
                isMeant = Heading().IsMatch(line);
        }
    }

    /// <summary>Each … of the quote stands for anything.</summary>
    private static Regex Like(string quote) =>
        new(Regex.Escape(quote).Replace("…", ".*", StringComparison.Ordinal), RegexOptions.Singleline, TimeSpan.FromSeconds(1));

    [GeneratedRegex("`(?<text>[^`]+)`", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Quote();

    [GeneratedRegex(@"(?<!\\)\|", RegexOptions.None, 1000)]
    private static partial Regex Cells();

    [GeneratedRegex(@"\| (do|it means) \|$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Heading();
}
