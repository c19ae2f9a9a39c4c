using FsCheck;
using FsCheck.Xunit;
using Mercure.Http.Protocol;
using Mercure.Http.Protocol.V07;
using Xunit;

namespace Mercure.Specs.Protocol;

/// <summary>Spec draft 04, Subscriptions (the parameter topic) and Reconnection (the parameter Last-Event-ID).</summary>
public sealed class SubscribeQuerySpecs
{
    private static readonly SubscribeQueryRules Rules = new V07Rules().Query;

    [Fact]
    public void Should_read_every_topic_once_in_order()
    {
        Assert.Null(SubscribeQuery.Parse("?topic=https%3A%2F%2Fa&topic=b+c&topic=&topic=b%20c&other=1", Rules, out var query));

        Assert.Equal(["https://a", "b c"], query.Selectors.Select(selector => selector.Text));
        Assert.Empty(query.LastEventIds.All);
    }

    [Theory]
    [InlineData("?topic=a&Last-Event-ID=x", "x")]
    [InlineData("?topic=a&Last%2DEvent%2DID=x&Last-Event-ID=y", "x y")]
    [InlineData("?topic=a&Last-Event-ID=x&lastEventID=y&lastEventId=x&last_event_id=z", "x y z")]
    [InlineData("?topic=a&Last-Event-ID=&Last-Event-ID=urn%3Auuid%3A1", "urn:uuid:1")]
    [InlineData("?topic=a&Last-Event-ID=", "")]
    [InlineData("?topic=a&last-event-id=x", "x")]
    [InlineData("?topic=a&Last_Event_Id=x", "x")]
    [InlineData("?topic=a&lasteventid=x", "x")]
    [InlineData("?topic=a&evs_last_event_id=x", "x")]
    [InlineData("?topic=a&last-event=x&last-event-ids=y&my-last-event-id=z&lastevent=&=w&-=v", "")]
    public void Should_read_every_last_event_id_once_however_it_is_spelled(string text, string ids)
    {
        Assert.Null(SubscribeQuery.Parse(text, Rules, out var query));
        Assert.Equal(ids, string.Join(' ', query.LastEventIds.All));
    }

    public static TheoryData<string, Rejection> Refused => new()
    {
        { "", Rejections.SelectorMissing },
        { "?", Rejections.SelectorMissing },
        { "?topic=", Rejections.SelectorMissing },
        { "?Topic=a", Rejections.SelectorMissing },
        { "?topic=%4", Rejections.EscapeMalformed },
        { "?topic=a&x=%", Rejections.EscapeMalformed },
        { "?topic=%FF", Rejections.NotUtf8 },
        { "?topic=" + new string('a', Limits.NameLength + 1), Rejections.SelectorTooLong },
        { "?" + string.Join('&', Enumerable.Range(0, Limits.Topics + 1).Select(topic => $"topic={topic}")), Rejections.TooManySelectors(Limits.Topics) },
        { "?" + string.Join('&', Enumerable.Repeat("a", Rules.MaxFields + 1)), Rejections.TooManyFields(Rules.MaxFields) },
        { "?topic=a&" + string.Join('&', Enumerable.Range(0, Limits.LastEventIds + 1).Select(id => $"lastEventID={id}")), Rejections.TooManyLastEventIds },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void Should_refuse_a_query_with_the_rule_it_breaks(string text, Rejection rejection) =>
        Assert.Equal(rejection, SubscribeQuery.Parse(text, Rules, out _));

    [Property(MaxTest = 500)]
    public void Should_never_throw_whatever_the_text(NonNull<string> text) =>
        SubscribeQuery.Parse(text.Get.Replace('{', '('), Rules, out _);
}
