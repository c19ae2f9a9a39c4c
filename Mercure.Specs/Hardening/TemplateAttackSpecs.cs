using System.Text;
using Mercure.Actors.Matching;
using Mercure.Http.Protocol;
using Mercure.Http.Protocol.V07;
using Mercure.Specs.Matching;
using Xunit;

namespace Mercure.Specs.Hardening;

/// <summary>
/// Templates that are made to be expensive (CWE-407, CWE-1333). Every update is compared with them, on one actor a node: what one
/// subscriber asks for, everyone waits for. Time is counted in steps.
/// </summary>
[Collection(GrowthCollection.Name)]
public sealed class TemplateAttackSpecs
{
    private const int Copies = 20;

    /// <summary>Each fills a selector, as far as a subscription may.</summary>
    public static TheoryData<string, string> Pieces => new()
    {
        { "repetition", "{a}" },
        { "explosion", "{a*}" },
        { "many variables in one expression", "{a,b,c,d,e,f,g,h,i,j}" },
        { "every operator", "{a}{+a}{#a}{.a}{/a}{;a}{?a}{&a}" },
        { "lengths", "{a:9999}" },
        { "reserved with lengths", "{+a:9999}" },
        { "long names", "{?abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz*}" },
        { "dots", "{a.b.c.d.e.f.g.h.i.j.k.l}" },
        { "literals of two spellings", "{a}é" },
        { "triplets", "{a}%41" },
        { "nesting", "{{{{a}}}}" },
        { "nothing closed", "{a" },
        { "almost closed", "{a}{" },
    };

    [Theory]
    [MemberData(nameof(Pieces))]
    public void Should_match_in_steps_that_the_limits_bound(string what, string piece)
    {
        Assert.NotEmpty(what);
        var selectors = Accepted(piece);
        foreach (var unit in new[] { "a", "a,a=", "/a", "&a=a", "%C3%A9", "é", "{" })
        {
            var topic = string.Concat(Enumerable.Repeat(unit, 60 / unit.Length)) + "!";
            var total = 0L;
            foreach (var selector in selectors)
            {
                if (UriTemplate.TryParse(selector.Text, out var template))
                {
                    template.Matches(topic, out var steps);
                    total += steps;
                }
            }

            // A step for each place of the topic and part of the subscription, and for each name's letter that is compared
            Assert.InRange(total, 0, (topic.Length + 1L) * (Limits.SelectorParts + selectors.Sum(static selector => selector.Text.Length)));
        }
    }

    // Limits.TemplateParts, Limits.SelectorParts: what one template and one subscription may cost at most
    [Theory]
    [MemberData(nameof(AttackedGeneration.All), MemberType = typeof(AttackedGeneration))]
    public async Task Should_refuse_a_subscription_that_costs_too_much(AttackedGeneration generation)
    {
        await using var hub = new AttackedHub();
        await hub.InitializeAsync();
        var most = string.Concat(Enumerable.Repeat("{/a}", Limits.TemplateParts));
        var all = string.Join('&', Enumerable.Range(0, Limits.SelectorParts / Limits.TemplateParts).Select(number => $"topic={number}{most}"));
        var rest = string.Concat(Enumerable.Repeat("{/a}", (Limits.SelectorParts % Limits.TemplateParts) + 1));
        var tooComplex = await RawClient.ExchangeAsync(hub.Url, generation.Subscribe($"topic={most}{{/a}}", "Connection: close\r\n"));
        var tooMany = await RawClient.ExchangeAsync(hub.Url, generation.Subscribe($"{all}&topic={rest}", "Connection: close\r\n"));
        using var taken = await RawClient.ConnectAsync(hub.Url);
        await taken.SendAsync(generation.Subscribe($"{all}&topic=exact"));

        Assert.Equal(400, tooComplex.Status);
        Assert.Contains($"A topic selector has more than {Limits.TemplateParts} variables", tooComplex.Text, StringComparison.Ordinal);
        Assert.Equal(400, tooMany.Status);
        Assert.Contains($"have more than {Limits.SelectorParts} variables", tooMany.Text, StringComparison.Ordinal);
        Assert.Equal(200, (await taken.ReadUntilAsync(":\n")).Status);
    }

    // A subscription's templates: 16 bytes a part, and their text
    [Theory]
    [MemberData(nameof(Pieces))]
    public void Should_keep_a_subscription_small(string what, string piece)
    {
        Assert.NotEmpty(what);
        var text = Accepted(piece).Sum(static selector => selector.Text.Length);

        Assert.InRange(KeptBytes(piece), long.MinValue, (2L * text) + (24L * Limits.SelectorParts) + (256L * Limits.Topics));
    }

    // As many distinct templates as a hub of ten thousand subscribers has, all with one prefix: nothing is quadratic, little is kept
    [Fact]
    public void Should_keep_ten_thousand_distinct_templates_small()
    {
        const int Count = 10_000;
        var found = new List<IReadOnlyList<object>>();
        Index().Find("https://example.com/x/77?b=1", found);

        Assert.InRange(KeptMemory.Of(Index) / Count, 1, 1024);
        Assert.Single(found);

        static SelectorIndex<object> Index()
        {
            var index = new SelectorIndex<object>();
            var owner = new object();
            for (var number = 0; number < Count; number++)
                index.Add(TopicSelector.Parse($"https://example.com/{{a}}/{number}{{?b,c:{1 + (number % 9999)}}}"), owner);
            return index;
        }
    }

    /// <summary>As many of these as a URL holds and the hub takes, in selectors that are all different.</summary>
    private static List<TopicSelector> Accepted(string piece)
    {
        const int Length = 400;
        var repeated = string.Concat(Enumerable.Repeat(piece, Length / Encoding.UTF8.GetByteCount(piece)));
        var query = "";
        List<TopicSelector> accepted = [];
        for (var number = 0; query.Length < 60_000; number++)
        {
            query += $"&topic={number}{repeated}";
            if (SubscribeQuery.Parse(query, new V07Rules().Query, out var parsed) is not null)
                break;
            accepted = parsed.Selectors;
        }

        return accepted;
    }

    private static long KeptBytes(string piece)
    {
        var texts = Accepted(piece).ConvertAll(static selector => selector.Text);
        return KeptMemory.Of(() => Enumerable.Range(0, Copies).Select(_ => texts.ConvertAll(static text => TopicSelector.Parse(new string(text.AsSpan())))).ToArray()) / Copies;
    }
}
