using System.Text;
using Mercure.Http.Protocol;
using Mercure.Http.Protocol.V010;
using Mercure.Http.Protocol.V07;
using Xunit;

namespace Mercure.Specs.Fuzz;

/// <summary>A subscriber's query: what is taken is within the limits, without doubles, and read the same when it is written again.</summary>
internal static class QueryFuzz
{
    private static readonly SubscribeQueryRules[] Generations = [new V07Rules().Query, new V010Rules(tracksSubscriptions: false).Query];

    public static void Fuzz(ReadOnlySpan<byte> input)
    {
        var text = Encoding.UTF8.GetString(input);
        foreach (var rules in Generations)
        {
            if (SubscribeQuery.Parse(text, rules, out var query) is not null)
                continue;

            Assert.InRange(query.Selectors.Count, 1, Limits.Topics);
            Assert.InRange(query.Selectors.Sum(static selector => selector.Parts), 0, Limits.SelectorParts);
            Assert.Distinct(query.Selectors);
            Assert.All(query.Selectors, static selector => Assert.InRange(Encoding.UTF8.GetByteCount(selector.Text), 1, Limits.NameLength));

            var again = string.Join('&', query.Selectors.Select(static selector => $"topic={Uri.EscapeDataString(selector.Text)}"));
            Assert.InRange(query.LastEventIds.All.Length, 0, Limits.LastEventIds);
            Assert.Distinct(query.LastEventIds.All);
            foreach (var id in query.LastEventIds.All)
                again += $"&Last-Event-ID={Uri.EscapeDataString(id)}";
            Assert.Null(SubscribeQuery.Parse(again, rules, out var reread));
            Assert.Equal(query.Selectors, reread.Selectors);
            Assert.Equal(query.LastEventIds.All, reread.LastEventIds.All);
        }
    }
}
