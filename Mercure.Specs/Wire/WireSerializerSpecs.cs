using System.Runtime.Serialization;
using Akka.Actor;
using Google.Protobuf;
using Mercure.Actors.Log;
using Mercure.Actors.Protocol;
using Mercure.Actors.Serialization;
using Mercure.Actors.Updates;
using Xunit;

namespace Mercure.Specs.Wire;

/// <summary>What crosses nodes can be read by the versions before and after, and says what was meant.</summary>
public sealed class WireSerializerSpecs : IAsyncLifetime
{
    private readonly ActorSystem _system = ActorSystem.Create("specs");

    private WireSerializer Serializer => new((ExtendedActorSystem)_system);

    public static TheoryData<int> Samples => [.. Enumerable.Range(0, WireSamples.All.Count())];

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _system.Terminate();

    [Fact]
    public void Should_have_a_format_for_every_message_that_crosses()
    {
        var messages = typeof(IHubMessage).Assembly.GetTypes().Where(type => type.IsAssignableTo(typeof(IHubMessage)) && !type.IsInterface);
        Assert.Equal(messages.Order(ByName), Serializer.Types.Order(ByName));
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void Should_write_what_the_first_version_wrote(int sample)
    {
        var (manifest, message, bytes) = WireSamples.All.ElementAt(sample);
        Assert.Equal(manifest, Serializer.Manifest(message));
        Assert.Equal(bytes, Convert.ToBase64String(Serializer.ToBinary(message)));
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void Should_read_what_the_first_version_wrote(int sample)
    {
        var (manifest, message, bytes) = WireSamples.All.ElementAt(sample);
        Assert.Equal(Plain(message), Plain((IHubMessage)Serializer.FromBinary(Convert.FromBase64String(bytes), manifest)));
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void Should_ignore_what_a_later_version_adds(int sample)
    {
        var (manifest, message, bytes) = WireSamples.All.ElementAt(sample);
        using var stream = new MemoryStream();
        stream.Write(Convert.FromBase64String(bytes));
        using (var output = new CodedOutputStream(stream, leaveOpen: true))
        {
            output.WriteTag(1000, WireFormat.WireType.Varint);
            output.WriteInt32(1);
        }

        Assert.Equal(Plain(message), Plain((IHubMessage)Serializer.FromBinary(stream.ToArray(), manifest)));
    }

    [Fact]
    public void Should_carry_the_switchboard_that_connects()
    {
        var switchboard = _system.ActorOf(Props.Empty, "switchboard");
        var connect = new LinkProtocol.Connect("default", new LinkId(Guid.NewGuid(), 1), switchboard);

        Assert.Equal(connect, Serializer.FromBinary(Serializer.ToBinary(connect), Serializer.Manifest(connect)));
    }

    /// <summary>Its sender believes to get what it selects.</summary>
    [Fact]
    public void Should_tell_that_a_selector_is_of_a_later_version()
    {
        var declare = new Actors.Serialization.Wire.DeclareInterests
        {
            Link = new Actors.Serialization.Wire.Link { Switchboard = JournalCodec.Bytes(Guid.NewGuid()) },
            Added = { new Actors.Serialization.Wire.Selector { Text = "urn:a", Kind = 1 }, new Actors.Serialization.Wire.Selector { Text = "urn:b", Kind = 99 } },
            IsComplete = true,
        };

        var read = Assert.IsType<LinkProtocol.DeclareInterests>(Serializer.FromBinary(declare.ToByteArray(), "declare-interests"));

        Assert.True(read.HasUnknown);
        Assert.Equal("urn:a", Assert.Single(read.Added).Text);
    }

    /// <summary>Akka.Remote logs it, drops the message and keeps the connection.</summary>
    [Fact]
    public void Should_name_a_message_that_only_a_later_version_knows() =>
        Assert.Contains("of-tomorrow", Assert.Throws<SerializationException>(() => Serializer.FromBinary([], "of-tomorrow")).Message, StringComparison.Ordinal);

    private static IComparer<Type> ByName => Comparer<Type>.Create((left, right) => string.CompareOrdinal(left.FullName, right.FullName));

    /// <summary>With everything that compares by reference spelled out.</summary>
    private static string Plain(IHubMessage message) => message switch
    {
        PublishProtocol.StoreRequest store => $"{store.Hub} {store.Token} {string.Join(", ", store.Updates.Select(Plain))}",
        PublishProtocol.RequestStored stored => $"{stored.Hub} {stored.Token} {string.Join(", ", stored.Ids)}",
        LinkProtocol.Connected connected => $"{connected.Hub} {connected.Link} {connected.Epoch} {connected.Head} {Convert.ToHexString(connected.IdKey.Span)}",
        LinkProtocol.Routed routed => $"{routed.Hub} {routed.Link} {routed.Epoch} {routed.Previous} {routed.Head} {routed.Row?.SequenceNumber}"
            + string.Join(", ", routed.Row?.Batch(WireSamples.Ids, events: null).Updates.Select(Plain) ?? []),
        LinkProtocol.DeclareInterests declare => $"{declare.Hub} {declare.Link} {declare.Number} {string.Join(' ', declare.Added)} - {string.Join(' ', declare.Removed)} {declare.IsComplete} {declare.HasUnknown}",
        PresenceProtocol.Record record => $"{record with { Started = [], Ended = [] }}"
            + $" {string.Join(", ", record.Started)} {string.Join(", ", record.Ended)}",
        PresenceProtocol.Subscriptions some => $"{some with { Found = [] }} {string.Join(", ", some.Found)}",
        _ => message.ToString()!,
    };

    private static string Plain(StoredUpdate stored) => $"{stored.Position} {stored.Ordinal} {stored.Id} {Plain(stored.Update)}";

    private static string Plain(Update update) =>
        $"{update.Generation} [{string.Join(' ', update.Topics)}] for [{string.Join(' ', update.Audience.Names)}]"
        + $" {(update.Data is { } data ? Convert.ToHexString(data.Span) : "no data")} {update.Id ?? "no id"} {update.Type ?? "no type"} {update.Retry}";
}
