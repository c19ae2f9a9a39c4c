using Mercure.Actors.Live;
using Mercure.Actors.Log;
using Mercure.Actors.Matching;
using Mercure.Actors.Protocol;
using Xunit;

namespace Mercure.Specs.Live;

/// <summary>What a node tells the writer about its subscribers, and since when it may count on it.</summary>
public sealed class InterestsSpecs
{
    private const int LingerTicks = 4;

    private static readonly LinkId Link = new(Guid.NewGuid(), 1);

    private readonly Interests _interests = new("default", limit: 10, LingerTicks);

    [Fact]
    public void Should_cover_at_once_what_came_before_the_link_was_narrow()
    {
        Hold("a", watermark: 5);
        _interests.Link(Link);
        Hold("b", watermark: 6);

        Assert.Equal(5, Covered("a"));
        Assert.Equal(6, Covered("b"));
        var declared = _interests.Next()!;
        Assert.Equal(["a", "b"], Texts(declared.Added));
        Assert.True(declared.IsComplete);
    }

    [Fact]
    public void Should_cover_a_later_selector_from_the_head_that_the_writer_answers()
    {
        Narrow(head: 5);
        Hold("a", watermark: 6);

        Assert.Null(Covered("a"));
        Assert.Equal(["a"], Texts(_interests.Next()!.Added));
        Take(head: 9);
        Assert.Equal(9, Covered("a"));
    }

    [Fact]
    public void Should_have_one_declaration_under_way_and_gather_meanwhile()
    {
        Narrow(head: 0);
        Hold("a", watermark: 0);
        Assert.NotNull(_interests.Next());
        Hold("b", watermark: 0);
        Hold("c", watermark: 0);

        Assert.Null(_interests.Next());
        Take(head: 1);
        Assert.Equal(["b", "c"], Texts(_interests.Next()!.Added));
    }

    [Fact]
    public void Should_ignore_an_answer_that_comes_again()
    {
        Narrow(head: 0);
        Hold("a", watermark: 0);
        var first = _interests.Next()!;
        Take(head: 1);
        Hold("b", watermark: 0);
        _interests.Next();

        _interests.OnTaken(first.Number, new LogHead(7, 0, 0));

        Assert.Null(Covered("b"));
    }

    [Fact]
    public void Should_send_a_declaration_again_and_give_the_link_up_when_nobody_answers()
    {
        Narrow(head: 0);
        Hold("a", watermark: 0);
        var sent = _interests.Next();

        Assert.Contains(Enumerable.Range(0, 3).Select(_ => _interests.Tick()), again => ReferenceEquals(again, sent));
        Assert.False(_interests.MustRelink);
        for (var i = 0; i < 10; i++)
            _interests.Tick();

        Assert.True(_interests.MustRelink);
        _interests.Unlink(watermark: 3);
        Assert.False(_interests.MustRelink);
        Assert.Equal(3, Covered("a"));
    }

    [Fact]
    public void Should_declare_more_than_fit_in_a_message_in_several_of_which_the_last_is_complete()
    {
        var interests = new Interests("default", limit: 10_000, LingerTicks);
        interests.Hold([.. Enumerable.Range(0, 2_500).Select(i => TopicSelector.Parse($"{i}"))], watermark: 0);
        interests.Link(Link);

        var messages = new List<LinkProtocol.DeclareInterests>();
        while (interests.Next() is { } message)
        {
            messages.Add(message);
            interests.OnTaken(message.Number, default);
        }

        Assert.Equal([1, 2, 3], messages.Select(message => message.Number));
        Assert.Equal([false, false, true], messages.Select(message => message.IsComplete));
        Assert.Equal(2_500, messages.SelectMany(message => message.Added).Distinct().Count());
    }

    [Fact]
    public void Should_keep_what_nobody_wants_for_a_while_then_take_it_back()
    {
        Narrow(head: 0);
        Hold("a", watermark: 0);
        _interests.Next();
        Take(head: 1);
        _interests.Release(Selectors("a"));

        Tick(LingerTicks - 1);
        Assert.Null(_interests.Next());
        Hold("a", watermark: 5);
        Assert.Equal(1, Covered("a"));
        _interests.Release(Selectors("a"));
        Tick(2 * LingerTicks);

        Assert.Equal(["a"], Texts(_interests.Next()!.Removed));
        Assert.Equal(0, _interests.Count);
    }

    [Fact]
    public void Should_declare_again_what_it_was_about_to_take_back()
    {
        Narrow(head: 0);
        Hold("a", watermark: 0);
        _interests.Next();
        Take(head: 1);
        _interests.Release(Selectors("a"));
        Tick(LingerTicks);
        Hold("a", watermark: 5);

        var declared = _interests.Next()!;

        Assert.Equal(["a"], Texts(declared.Added));
        Assert.Empty(declared.Removed);
        Take(head: 6);
        Assert.Equal(6, Covered("a"));
    }

    [Fact]
    public void Should_let_those_go_first_that_linger_when_there_are_too_many()
    {
        Narrow(head: 0);
        for (var i = 0; i < 10; i++)
            Hold($"{i}", watermark: 0);
        _interests.Next();
        Take(head: 1);
        _interests.Release(Selectors("3"));

        Hold("eleventh", watermark: 1);

        Assert.False(_interests.MustRelink);
        var declared = _interests.Next()!;
        Assert.Equal(["eleventh"], Texts(declared.Added));
        Assert.Equal(["3"], Texts(declared.Removed));
    }

    [Fact]
    public void Should_want_everything_beyond_the_limit_and_declare_again_well_below_it()
    {
        Narrow(head: 0);
        for (var i = 0; i < 11; i++)
            Hold($"{i}", watermark: 1);

        Assert.True(_interests.MustRelink);
        _interests.Unlink(watermark: 2);
        _interests.Link(Link with { Attempt = 2 });
        Assert.Equal(2, Covered("10"));
        Assert.Null(_interests.Next());

        for (var i = 0; i < 6; i++)
            _interests.Release(Selectors($"{i}"));
        Tick(LingerTicks + 1);

        var declared = _interests.Next()!;
        Assert.Equal(["6", "7", "8", "9", "10"], Texts(declared.Added));
        Assert.True(declared.IsComplete);
    }

    private void Narrow(long head)
    {
        _interests.Link(Link);
        Assert.True(_interests.Next()!.IsComplete);
        Take(head);
    }

    private void Take(long head) => _interests.OnTaken(_interests.NextNumber - 1, new LogHead(head, 0, 0));

    private void Tick(int times)
    {
        for (var i = 0; i < times; i++)
            _interests.Tick();
    }

    private void Hold(string selector, long watermark) => _interests.Hold(Selectors(selector), watermark);

    private long? Covered(string selector) => _interests.CoveredFrom(Selectors(selector));

    private static TopicSelector[] Selectors(string text) => [TopicSelector.Parse(text)];

    private static IEnumerable<string> Texts(IEnumerable<TopicSelector> selectors) => selectors.Select(selector => selector.Text);
}
