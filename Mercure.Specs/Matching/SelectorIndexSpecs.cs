using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Mercure.Actors.Matching;
using Xunit;

namespace Mercure.Specs.Matching;

public class SelectorIndexSpecs
{
    private static readonly string[] Texts =
        ["/a", "/a/b", "/{x}", "/a{x}", "/a{/x}", "/a{/x*}", "{+x}", "{x}", "/a/{y}", "/{y}", "/a/{", "/b{?q}", "é{x}", ""];

    private static readonly string[] Topics = ["/a", "/a/b", "/a/{", "/b", "/b?q=1", "/ab", "a", "é", "", "/{x}", "/a/b/c", " "];

    [Property(Arbitrary = [typeof(Histories)], MaxTest = 500)]
    public void Should_find_what_a_plain_list_would(Change[] history)
    {
        var index = new SelectorIndex<string>();
        var model = new List<(TopicSelector Selector, string Owner)>();
        foreach (var change in history)
        {
            var selector = TopicSelector.Parse(change.Text);
            if (change.IsAddition)
            {
                index.Add(selector, change.Owner);
                model.Add((selector, change.Owner));
            }
            else
            {
                index.Remove(selector, change.Owner);
                model.Remove((selector, change.Owner));
            }
        }

        Assert.Equal(model.Select(pair => pair.Selector).Distinct().Count(), index.Count);
        foreach (var topic in Topics)
        {
            var expected = model.Distinct().Where(pair => pair.Selector.Matches(topic)).Select(pair => pair.Owner).Order().ToList();
            Assert.Equal(expected, Find(index, topic));
        }
    }

    [Fact]
    public void Should_need_two_removals_after_two_additions_of_a_pair()
    {
        var index = new SelectorIndex<string>();
        var selector = TopicSelector.Parse("/{x}");
        index.Add(selector, "owner");
        index.Add(selector, "owner");
        Assert.Equal(["owner"], Find(index, "/a"));

        index.Remove(selector, "owner");
        Assert.Equal(["owner"], Find(index, "/a"));

        index.Remove(selector, "owner");
        Assert.Empty(Find(index, "/a"));
        Assert.Equal(0, index.Count);
    }

    [Fact]
    public void Should_find_an_owner_twice_when_two_selectors_match()
    {
        var index = new SelectorIndex<string>();
        index.Add(TopicSelector.Parse("/{x}"), "owner");
        index.Add(TopicSelector.Parse("/a"), "owner");
        Assert.Equal(["owner", "owner"], Find(index, "/a"));
    }

    [Fact]
    public void Should_ignore_the_removal_of_what_is_not_there()
    {
        var index = new SelectorIndex<string>();
        index.Add(TopicSelector.Parse("/a"), "owner");
        index.Remove(TopicSelector.Parse("/a"), "other");
        index.Remove(TopicSelector.Parse("/b"), "owner");
        Assert.Equal(["owner"], Find(index, "/a"));
    }

    [Fact]
    public void Should_share_one_selector_between_owners()
    {
        var index = new SelectorIndex<string>();
        var first = index.Add(TopicSelector.Parse("/{x}"), "one");
        Assert.Same(first, index.Add(TopicSelector.Parse("/{x}"), "two"));
        Assert.Equal(1, index.Count);
    }

    /// <summary>Ten thousand owners of one selector that leave in any order; each removal counted by comparisons, not by a clock.</summary>
    [Fact]
    public void Should_remove_one_of_many_owners_without_a_search()
    {
        const int Owners = 10_000;
        var index = new SelectorIndex<Owner>();
        var selector = TopicSelector.Parse("/a");
        var owners = Enumerable.Range(0, Owners).Select(_ => new Owner()).ToArray();
        foreach (var owner in owners)
            index.Add(selector, owner);

        Owner.Comparisons = 0;
        foreach (var owner in owners.Reverse())
            index.Remove(selector, owner);
        Assert.InRange(Owner.Comparisons, 0, 40 * Owners);
        Assert.Equal(0, index.Count);
    }

    private static List<T> Find<T>(SelectorIndex<T> index, string topic)
        where T : class
    {
        var found = new List<IReadOnlyList<T>>();
        index.Find(topic, found);
        return [.. found.SelectMany(owners => owners).Order()];
    }

    public sealed record Change(bool IsAddition, string Text, string Owner);

    public static class Histories
    {
        public static Arbitrary<Change[]> Arbitrary() => Arb.From(
            (from addition in Gen.Elements(true, true, false)
             from text in Gen.Elements(Texts)
             from owner in Gen.Choose(1, 40)
             select new Change(addition, text, $"owner {owner}")).ArrayOf().Resize(400));
    }

    private sealed class Owner : IEquatable<Owner>
    {
        public static int Comparisons { get; set; }

        public bool Equals(Owner? other)
        {
            Comparisons++;
            return ReferenceEquals(this, other);
        }

        public override bool Equals(object? obj) => Equals(obj as Owner);

        public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);
    }
}
