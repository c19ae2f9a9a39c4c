using Mercure.Http.Protocol;
using Xunit;

namespace Mercure.Specs.Protocol;

/// <summary>Spec drafts 07 (Reconnection, Subscription Events) and 08 (Publication): what publishers of every generation leave to a hub that also speaks a later one.</summary>
public sealed class ReservationsSpecs
{
    private static readonly Reservations Later = new("/.well-known/mercure");

    [Theory]
    [InlineData("earliest", true)]
    [InlineData("#1", true)]
    [InlineData("#", true)]
    [InlineData("Earliest", false)]
    [InlineData("1#", false)]
    [InlineData(null, false)]
    public void Should_reserve_ids(string? id, bool isReserved) =>
        Assert.Equal(isReserved ? Rejections.IdReserved : null, Later.Check(["t"], id, type: null));

    [Theory]
    [InlineData("mercure", true)]
    [InlineData("Mercure", false)]
    [InlineData(null, false)]
    public void Should_reserve_the_type_of_the_hub(string? type, bool isReserved) =>
        Assert.Equal(isReserved ? Rejections.TypeReserved : null, Later.Check(["t"], id: null, type));

    [Theory]
    [InlineData("*")]
    [InlineData("/.well-known/mercure")]
    [InlineData("/.well-known/mercure/subscriptions/x/y")]
    [InlineData("https://hub.example/.well-known/mercure/subscriptions/x")]
    [InlineData("ftp://elsewhere.example:21/.well-known/mercure?x#y")]
    [InlineData("//elsewhere.example/.well-known/mercure")]
    // Attack: other spellings of the same path
    [InlineData("/.well-known/%6Dercure/subscriptions")]
    [InlineData("/%2ewell-known/mercure")]
    [InlineData("/.well-known/mercure/../mercure/x")]
    [InlineData("/.well-known/x/%2E%2e/mercure/x")]
    [InlineData("/.well-known/./mercure")]
    [InlineData("/.well-known/mercure/")]
    [InlineData("https://h/.well-known\\mercure")]
    [InlineData(" /.well-known/mercure")]
    [InlineData("mercure/subscriptions")]
    [InlineData("?x")]
    public void Should_reserve_topics_of_the_hub(string topic) =>
        Assert.Equal(Rejections.TopicReserved, Later.Check(["t", topic], id: null, type: null));

    [Theory]
    [InlineData("t")]
    [InlineData("**")]
    [InlineData("https://example.com/books/1")]
    [InlineData("/.well-known/mercurex")]
    [InlineData("/.well-known")]
    [InlineData("/.WELL-KNOWN/mercure")]
    [InlineData("/x/.well-known/mercure")]
    [InlineData("https://example.com/?/.well-known/mercure")]
    [InlineData("urn:uuid:1")]
    [InlineData("http://[")]
    public void Should_leave_other_topics_to_publishers(string topic) => Assert.Null(Later.Check([topic], id: null, type: null));

    [Fact]
    public void Should_reserve_nothing_when_generation_0_7_is_alone() =>
        Assert.Null(Reservations.None.Check(["*", "/.well-known/mercure"], "earliest", "mercure"));
}
