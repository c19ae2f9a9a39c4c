using Akka.Event;
using Mercure.Actors.Authorization;
using Mercure.Actors.Live;
using Mercure.Actors.Log;
using Mercure.Actors.Matching;
using Mercure.Actors.Subscribers;
using Mercure.Http.Streams;
using Mercure.Specs.Core;
using Xunit;

namespace Mercure.Specs.Live;

/// <summary>
/// Selectors that are made to be expensive, whose cost everyone on the node would wait for (CWE-407). Time is counted in steps: an
/// interval has so many, and who needs most is matched apart.
/// </summary>
public sealed class MatchingCostsSpecs
{
    private const long Steps = MatchingCosts.IntervalSteps;

    /// <summary>A comparison gives up after the sweep that exceeds its limit.</summary>
    private const long Sweep = 3 * 4_100;

    private static readonly UpdateIds Ids = new(UpdateIds.NewKey());

    private readonly FanOut _fanOut = new(NoLogger.Instance, explains: false);

    /// <summary>What each of many subscribers asks for: dear templates, dear ones that all share, and cheap ones that are many.</summary>
    public static TheoryData<string, int, int> Attacks => new()
    {
        { "{/a}{/b:9}{/c*}", 20, 40 },
        { "shared {/a}{/b:9}{/c*}", 200, 20 },
        { "{a}/{b}/#/{c}", 500, 200 },
        { "{+a}#", 1_000, 300 },
        { "shared {+a}#{/b*}/{c}", 500, 200 },
    };

    [Theory]
    [MemberData(nameof(Attacks))]
    public void Should_spend_an_interval_at_most_and_serve_who_costs_little(string selector, int subscribers, int selectors)
    {
        var honest = Attach(Grant.None, "https://example.com/books/{id}");
        AttachMany(selector, subscribers, selectors);
        var update = Batch(1, [.. Enumerable.Range(0, 50).Select(number => $"/{number}{new string('/', 2_000)}"), "https://example.com/books/1"]);

        _fanOut.Send(update);

        Assert.Equal(1, honest.Taken.Single().Count);
        Assert.NotEmpty(_fanOut.TakeApart());
        Assert.InRange(_fanOut.Steps, Steps, Most(subscribers));
    }

    // Those who are matched apart cost nothing more, though their selectors leave the index bit by bit
    [Theory]
    [MemberData(nameof(Attacks))]
    public void Should_spend_little_after_the_dearest_are_matched_apart(string selector, int subscribers, int selectors)
    {
        AttachMany(selector, subscribers, selectors);
        var topics = Enumerable.Range(0, 50).Select(number => $"/{number}{new string('/', 2_000)}").ToArray();
        _fanOut.Send(Batch(1, topics));
        _fanOut.BeginInterval();
        _fanOut.Send(Batch(2, topics));
        Assert.NotEmpty(_fanOut.TakeApart());
        _fanOut.BeginInterval();
        var before = _fanOut.Steps;

        _fanOut.Send(Batch(3, topics));

        Assert.InRange(_fanOut.Steps - before, 0, Steps / 2);
        var late = Attach(Grant.None, Text(selector, 0, 0));
        _fanOut.Send(Batch(4, Expansion));
        while (_fanOut.RemoveSome())
        {
            // All of them
        }

        _fanOut.Send(Batch(5, Expansion));
        Assert.Equal([1, 1], late.Taken.Select(run => run.Count));
    }

    // Ten thousand pages with a template of their own, all with one prefix: that is much to do, and nobody's fault
    [Fact]
    public void Should_name_none_of_many_who_cost_little_each()
    {
        for (var number = 0; number < 10_000; number++)
            Attach(Grant.None, $"https://example.com/{{id}}/{number}");

        for (var row = 1; row <= 2_000; row++)
            _fanOut.Send(Batch(row, "https://example.com/7/77"));

        Assert.True(_fanOut.Steps > Steps / 2, "It is no test of what is much.");
        Assert.Empty(_fanOut.TakeApart());
    }

    // Many who ask for the same: what they ask for costs once, and each of them pays a part
    [Fact]
    public void Should_name_the_one_that_is_dear_and_not_the_many_who_share_a_template()
    {
        var many = Enumerable.Range(0, 1_000).Select(_ => Attach(Grant.None, "https://example.com/{a}/{b}/{+c}")).ToList();
        var dear = Attach(Grant.None, Enumerable.Range(0, 200).Select(number => Text("{/a}{/b:9}{/c*}", 0, number)).ToArray());

        _fanOut.Send(Batch(1, [.. Enumerable.Range(0, 100).Select(number => $"/{number}{new string('/', 2_000)}"), $"https://example.com/{new string('x', 1_000)}/b/c"]));

        Assert.Same(dear, _fanOut.TakeApart().Single().Subscriber);
        Assert.All(many, one => Assert.Equal(1, one.Taken.Single().Count));
    }

    // A subscription event is private: its topic holds a subscriber's selector, and is as long as that
    [Fact]
    public void Should_not_compare_private_updates_with_who_may_read_public_ones_alone()
    {
        AttachMany("{/a}{/b:9}{/c*}", 20, 40);
        var reader = Attach(Grant.OfSelectors([TopicSelector.Parse("/x{+any}")]), "/x{+a}");

        _fanOut.Send(Batch(1, isPrivate: true, ["/x/" + new string('/', 4_000)]));

        Assert.InRange(_fanOut.Steps, 1, 20_000);
        Assert.Equal(1, reader.Taken.Single().Count);
    }

    // A token's selectors are compared with every private update that its bearer asks for
    [Fact]
    public void Should_name_who_has_a_token_that_is_dear()
    {
        var token = Grant.OfSelectors([.. Enumerable.Range(0, 400).Select(number => TopicSelector.Parse($"{Text("{/a}{/b:9}{/c*}", 0, number)}!{{?z}}"))]);
        var hostile = Enumerable.Range(0, 50).Select(_ => Attach(token, "{+all}")).ToList();
        var honest = Attach(Grant.OfSelectors([TopicSelector.Parse("{+any}")]), "{+all}");

        _fanOut.Send(Batch(1, isPrivate: true, [.. Enumerable.Range(0, 50).Select(number => $"/{number}{new string('/', 4_000)}")]));

        Assert.Equal(1, honest.Taken.Single().Count);
        Assert.All(hostile, one => Assert.Empty(one.Taken));
        Assert.InRange(_fanOut.Steps, 1, Most(hostile.Count));
        Assert.Equal(hostile.Count, _fanOut.TakeApart().Count);
    }

    // The worst that the limits allow: a thousand topics of 4,000 characters, a thousand subscribers, a thousand selectors each
    [Theory]
    [Trait("Category", "Long")]
    [InlineData("{+a}#", 1_000)]
    [InlineData("{/a*}#", 1_000)]
    [InlineData("{/a}{/b:9}{/c*}", 40)]
    [InlineData("shared {a}/#/{/b*}", 1_000)]
    public void Should_hold_for_the_worst_that_the_limits_allow(string selector, int selectors)
    {
        var honest = Attach(Grant.None, "https://example.com/books/{id}");
        AttachMany(selector, 1_000, selectors);

        _fanOut.Send(Batch(1, [.. Enumerable.Range(0, 999).Select(number => $"/{number}{new string('/', 4_000)}"), "https://example.com/books/1"]));

        Assert.Equal(1, honest.Taken.Single().Count);
        Assert.InRange(_fanOut.Steps, Steps, Most(1_000));
    }

    /// <summary>An interval's steps, the comparison with which they end, and a share for each who is named.</summary>
    private static long Most(int subscribers) => Steps + (100 * 4_100) + (subscribers * (MatchingCosts.Share + Sweep));

    private void AttachMany(string selector, int subscribers, int selectors)
    {
        for (var subscriber = 0; subscriber < subscribers; subscriber++)
            Attach(Grant.None, [.. Enumerable.Range(0, selectors).Select(number => Text(selector, subscriber, number))]);
    }

    /// <summary>Its own text for each subscriber, unless they share it. Dear ones have as many parts as the limits allow.</summary>
    private static string Text(string selector, int subscriber, int number)
    {
        var isShared = selector.StartsWith("shared ", StringComparison.Ordinal);
        var text = isShared ? selector["shared ".Length..] : selector;
        var name = isShared ? $"{number}" : $"{subscriber}x{number}";
        if (text.Contains('#', StringComparison.Ordinal))
            return text.Replace("#", name, StringComparison.Ordinal);

        return $"{{/n{name}}}{string.Concat(Enumerable.Repeat(text, 33))}";
    }

    /// <summary>What the first of them matches, whatever they are.</summary>
    private static string[] Expansion => ["/0", "0/0/0x0/0", "x0x0", "x0", "0/0x0/0", "x0/0"];

    private Recipient Attach(Grant grant, params string[] selectors)
    {
        var recipient = new Recipient();
        _fanOut.Add(new Attachment(recipient, new Subscription
        {
            Selectors = [.. selectors.Select(TopicSelector.Parse)],
            Grant = grant,
            Encoder = EventEncoders.Plain,
            Output = System.IO.Pipelines.PipeWriter.Create(Stream.Null),
            Gone = CancellationToken.None,
        }));
        return recipient;
    }

    private static LogBatch Batch(long row, params string[] topics) => Batch(row, isPrivate: false, topics);

    private static LogBatch Batch(long row, bool isPrivate, string[] topics) => LogBatch.Of(
        row,
        new BatchWritten
        {
            EpochNonce = 1,
            Time = DateTimeOffset.UnixEpoch,
            FirstOrdinal = 0,
            FirstByte = 0,
            Entries =
            [
                new LogEntry.Published(CoreHub.UpdateOf("x", id: null, topics) with { Audience = isPrivate ? Audience.OfTopics(topics) : Audience.Public }),
            ],
        },
        Ids);
}
