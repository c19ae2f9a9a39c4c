using System.Text;
using Mercure.Actors;
using Mercure.Actors.Authorization;
using Mercure.Actors.Hosting;
using Mercure.Actors.Updates;
using Mercure.Journal;
using Xunit;

namespace Mercure.Specs.Core;

/// <summary>What an application publishes by a method call keeps to the rules of a request (CWE-93 among them).</summary>
public sealed class UpdateRulesSpecs : IAsyncLifetime
{
    private const int Largest = 100_000;

    private CoreHub _hub = null!;

    public async Task InitializeAsync() => _hub = await CoreHub.StartAsync(
        new JournalOptions { Kind = JournalKind.Memory },
        new HubOptions { LargestRequest = Largest, Reservations = new Reservations("/.well-known/mercure") });

    public async Task DisposeAsync() => await _hub.DisposeAsync();

    private static Update Valid { get; } = new() { Generation = Generation.V07, Topics = ["t"], Data = "x"u8.ToArray() };

    public static TheoryData<string, Update> Broken => new()
    {
        { nameof(UpdateRules.TopicMissing), Valid with { Topics = [] } },
        { nameof(UpdateRules.TooManyTopics), Valid with { Topics = [.. Enumerable.Range(0, UpdateRules.Topics + 1).Select(static n => $"{n}")] } },
        { nameof(UpdateRules.TopicEmpty), Valid with { Topics = ["t", ""] } },
        { nameof(UpdateRules.TopicEmpty), Valid with { Topics = [null!] } },
        { nameof(UpdateRules.TopicTooLong), Valid with { Topics = [new string('€', (UpdateRules.NameLength / 3) + 1)] } },
        { nameof(UpdateRules.TopicControl), Valid with { Topics = ["a\nb"] } },
        { nameof(UpdateRules.TopicControl), Valid with { Topics = ["a\u0085b"] } },
        { nameof(UpdateRules.NotUtf8), Valid with { Topics = ["a\ud800"] } },
        { nameof(UpdateRules.TopicReserved), Valid with { Topics = ["*"] } },
        { nameof(UpdateRules.TopicReserved), Valid with { Generation = Generation.V010, Topics = ["/.well-known/mercure/subscriptions/../.."] } },
        { nameof(UpdateRules.TooManyTargets), Valid with { Audience = Audience.OfTargets(Enumerable.Range(0, UpdateRules.Targets + 1).Select(static n => $"{n}")) } },
        { nameof(UpdateRules.TargetEmpty), Valid with { Audience = Audience.OfTargets([""]) } },
        { nameof(UpdateRules.TargetTooLong), Valid with { Audience = Audience.OfTargets([new string('a', UpdateRules.NameLength + 1)]) } },
        { nameof(UpdateRules.NotUtf8), Valid with { Audience = Audience.OfTargets(["\udc00"]) } },
        { nameof(UpdateRules.DataMissing), Valid with { Data = null } },
        { nameof(UpdateRules.DataMissing), Valid with { Data = Array.Empty<byte>() } },
        { nameof(UpdateRules.NotUtf8), Valid with { Data = new byte[] { (byte)'a', 0xFF } } },
        { nameof(UpdateRules.IdTooLong), Valid with { Id = new string('a', UpdateRules.FieldLength + 1) } },
        { nameof(UpdateRules.IdControl), Valid with { Id = "1\r\nid: 2" } },
        { nameof(UpdateRules.IdControl), Valid with { Id = "1\0" } },
        { nameof(UpdateRules.IdSpaced), Valid with { Id = " 1" } },
        { nameof(UpdateRules.IdReserved), Valid with { Id = "earliest" } },
        { nameof(UpdateRules.IdReserved), Valid with { Id = "#1" } },
        { nameof(UpdateRules.NotUtf8), Valid with { Id = "\ud83d" } },
        { nameof(UpdateRules.TypeTooLong), Valid with { Type = new string('a', UpdateRules.FieldLength + 1) } },
        { nameof(UpdateRules.TypeControl), Valid with { Type = "a\ndata: forged" } },
        { nameof(UpdateRules.TypeReserved), Valid with { Type = "mercure" } },
        { nameof(UpdateRules.NotUtf8), Valid with { Type = "\ud83d\ud83d" } },
        { nameof(UpdateRules.TooLarge), Valid with { Data = Encoding.UTF8.GetBytes(new string('x', Largest)) } },
    };

    public static TheoryData<Update> Kept => new()
    {
        Valid,
        Valid with { Generation = Generation.V010, Data = null },
        Valid with { Topics = [.. Enumerable.Range(0, UpdateRules.Topics).Select(static n => $"{n}")] },
        Valid with { Topics = [new string('a', UpdateRules.NameLength)], Id = new string('b', UpdateRules.FieldLength), Type = new string('c', UpdateRules.FieldLength) },
        Valid with { Topics = ["👋🏽 世界"], Id = "urn:é😀", Type = "Größe", Retry = ulong.MaxValue },
        Valid with { Id = "", Type = "" },
        Valid with { Topics = ["t"], Data = Encoding.UTF8.GetBytes(new string('x', Largest - 1)) },
        // The topics of a private update count once, as in a form
        Valid with { Generation = Generation.V010, Topics = [new string('a', 4000)], Audience = Audience.OfTopics([new string('a', 4000)]), Data = new byte[Largest - 4000] },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public async Task Should_name_the_rule_that_an_update_breaks(string rule, Update update)
    {
        var rejected = Assert.IsType<PublishResult.Rejected>(await _hub.Hub.PublishAsync(update));

        Assert.Equal(rule, rejected.Rule.Name);
        Assert.Equal(typeof(UpdateRules).GetField(rule)?.GetValue(null) ?? UpdateRules.TooManyTopics(UpdateRules.Topics), rejected.Rule);
    }

    [Theory]
    [MemberData(nameof(Kept))]
    public async Task Should_store_an_update_that_breaks_none(Update update) => Assert.IsType<PublishResult.Stored>(await _hub.Hub.PublishAsync(update));

    // Before the actor system has started, and without one: not an exception, which would be an answer without a reason
    [Fact]
    public async Task Should_be_unavailable_before_it_is_started()
    {
        var hub = new Hub();

        Assert.IsType<PublishResult.Unavailable>(await hub.PublishAsync(Valid));
        Assert.IsType<Mercure.Actors.Presence.SubscriptionsResult.Unavailable>(await hub.GetSubscriptionsAsync(new(Mercure.Actors.Presence.MatcherKind.Selector)));
        Assert.False((await hub.CheckHealthAsync()).IsHealthy);
    }
}
