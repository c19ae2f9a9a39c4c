using Mercure.Actors.Matching;
using Xunit;

namespace Mercure.Specs.Matching;

/// <summary>
/// Exact in both directions, on small ground: all short topics over a small alphabet, against all short expansions of all
/// small assignments.
/// </summary>
public class UriTemplateOracleSpecs
{
    /// <summary>With the pieces of which topics are made; some of them are in no expansion.</summary>
    public static TheoryData<string, string> Templates() => new()
    {
        { "{x}", "a , = é %C3%A9 %2C %41 %C3" },
        { "{x*}", "a , = é %2C" },
        { "{x:1}", "a , = é %C3%A9 %41" },
        { "{x:2}", "a , é %C3%A9 %A9" },
        { "{x}{y}", "a b , =" },
        { "{x:1}{y:2}", "a b , %2C" },
        { "{x,y}", "a , = %2C" },
        { "{x:1,y}", "a , =" },
        { "{x*,y}", "a , =" },
        { "{x:1,y:1}a", "a , b" },
        { "a{x:2}b", "a b ," },
        { "{+x}", "a , / é %C3%A9 %41 %C3 %" },
        { "{+x:1}", "a / é %C3%A9 %41 %C3 %A9" },
        { "{+x:2}%A9", "a %C3%A9 %C3 %A9" },
        { "{+x*}a", "a , = /" },
        { "{+x,y:1}", "a , =" },
        { "{#x}", "a # , /" },
        { "{#x:1,y}", "a # ," },
        { "{.x}", "a . , =" },
        { "{.x*}", "a . , =" },
        { "{.x,y}", "a . , =" },
        { "{.x:1}", "a . ," },
        { "{/x}", "a / , =" },
        { "{/x*}", "a / , =" },
        { "{/x,y:1}", "a / , =" },
        { "{/x}/a", "a / ," },
        { "{;x}", "x a ; = ," },
        { "{;x*}", "x a ; = ," },
        { "{;x:1}", "x a ; =" },
        { "{;x,y}", "x y ; =" },
        { "{;x:1,y*}", "x y ; =" },
        { "{?x}", "x a ? = ," },
        { "{?x*}", "x ? & = ," },
        { "{?x:1}", "x a ? =" },
        { "{?x,y}", "x= y= ? & a" },
        { "{?x:1,y*}", "x= a= ? & b" },
        { "{&x}", "x a & = ," },
        { "{&x*}", "x a & =" },
        { "{&x,y}", "x= y= & a" },
        { "é{x}", "a é %C3%A9 %C3" },
        { "{x}é", "a é %C3%A9 %C3" },
        { "%C3{x}", "a %C3 %A9 é" },
        { "a{?x}{#y}", "a ?x= #" },
    };

    [Theory]
    [MemberData(nameof(Templates))]
    public void Should_match_exactly_what_some_assignment_expands_to(string template, string pieces)
    {
        Assert.True(UriTemplate.TryParse(template, out var parsed));
        var alphabet = pieces.Split(' ');
        var size = template.Contains('y', StringComparison.Ordinal) ? 3 : 4;
        var expansions = Expansions(template, alphabet, size);
        var wrong = Strings(alphabet, size)
            .Where(topic => parsed.Matches(topic) != expansions.Contains(AsUri(topic)))
            .Select(topic => $"{topic}: {parsed.Matches(topic)}");
        Assert.Equal([], wrong);
    }

    private static HashSet<string> Expansions(string template, string[] alphabet, int size)
    {
        var values = Values(alphabet, size);
        var others = template.Contains('y', StringComparison.Ordinal) ? values : [];
        var masks = template.Contains('*', StringComparison.Ordinal) ? 1 << size : 1;
        Rfc6570Expander[] readings = [.. Enumerable.Range(0, masks).Select(mask => new Rfc6570Expander(EqualsAfterEmpty: mask))];
        var expansions = new HashSet<string>(StringComparer.Ordinal);
        var assignment = new Dictionary<string, TemplateValue>(StringComparer.Ordinal);
        foreach (var x in values.Prepend(null))
        {
            assignment.Remove("x");
            if (x is not null)
                assignment["x"] = x;
            foreach (var y in others.Prepend(null))
            {
                assignment.Remove("y");
                if (y is not null)
                    assignment["y"] = y;
                var written = x is TemplateValue.Pairs || y is TemplateValue.Pairs ? readings : readings.Take(1);
                expansions.UnionWith(written.Select(reading => reading.Expand(template, assignment)).OfType<string>());
            }
        }

        return expansions;
    }

    /// <summary>
    /// All strings up to a size, and all lists and associative arrays that expand to no more, since their separators and
    /// equals signs count.
    /// </summary>
    private static TemplateValue[] Values(string[] alphabet, int size)
    {
        string[] characters = [.. alphabet.Select(Decoded).Distinct(StringComparer.Ordinal)];
        string[] inMembers = [.. characters.Where(character => character.Length == 1)];
        return
        [
            .. Strings(characters, size).Select(text => new TemplateValue.Text(text)),
            .. Strings([.. inMembers, "\n"], size).Select(text => new TemplateValue.Members(text.Split('\n'))),
            .. Strings([.. inMembers, "\n", "\t"], size).Select(text => Pairs(text.Split('\n'))).OfType<TemplateValue>(),
        ];
    }

    private static TemplateValue.Pairs? Pairs(string[] pairs) => Array.Exists(pairs, pair => pair.Count(character => character == '\t') > 1)
        ? null
        : new([.. pairs.Select(pair => pair.Split('\t')).Select(pair => (pair[0], pair.ElementAtOrDefault(1) ?? ""))]);

    /// <summary>A topic is an IRI; RFC 3987, section 3.1, says which URI it stands for.</summary>
    private static string AsUri(string topic) => topic.Replace("é", "%C3%A9", StringComparison.Ordinal);

    /// <summary>What a value holds where a topic has this piece; of <c>x=</c>, the name.</summary>
    private static string Decoded(string piece) => piece switch
    {
        "%C3%A9" or "%2C" => Uri.UnescapeDataString(piece),
        [var name, '='] => $"{name}",
        _ => piece,
    };

    private static IEnumerable<string> Strings(string[] alphabet, int size)
    {
        var last = new List<string> { "" };
        IEnumerable<string> all = last;
        for (var length = 1; length <= size; length++)
        {
            last = [.. last.SelectMany(start => alphabet.Select(piece => start + piece))];
            all = all.Concat(last);
        }

        return all.Distinct(StringComparer.Ordinal);
    }
}
