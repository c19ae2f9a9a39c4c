using System.Runtime.CompilerServices;
using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using Mercure.Actors.Log;
using Mercure.Actors.Presence;
using Mercure.Actors.Protocol;
using Xunit;

namespace Mercure.Specs.Presence;

/// <summary>What a node tells about its subscriptions, to a writer that says what the spec wants.</summary>
public sealed class NodePresenceSpecs : TestKit
{
    private const int Visitors = 3_000;

    private static readonly Epoch Epoch = new(1, 1);

    public NodePresenceSpecs()
        : base("akka { loglevel = OFF, test.single-expect-default = 90s }")
    {
    }

    /// <summary>The journal is away, and clients come, wait in vain, go and come again.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Should_not_keep_those_who_left_before_the_writer_was_told(bool isFullSetTold)
    {
        var writer = CreateTestProbe();
        var presence = Sys.ActorOf(NodePresence.Props(PresenceHub.Options, writer, TimeProvider.System));
        writer.ExpectMsg<PresenceProtocol.Hello>();
        if (isFullSetTold)
        {
            presence.Tell(new PresenceProtocol.Register("default", Epoch));
            Answer(presence, Told(writer));
        }

        var stays = CreateTestProbe();
        presence.Tell(Join("stays"), stays);
        if (isFullSetTold)
            Told(writer);

        var patterns = Visit(presence);
        var later = CreateTestProbe();
        presence.Tell(Join("later"), later);
        presence.Tell(new NodePresence.Leave(), CreateTestProbe());
        AwaitCondition(() =>
        {
            GC.Collect();
            return patterns.Count(pattern => pattern.TryGetTarget(out _)) < Visitors / 2;
        });

        // And those who stayed are told, in order.
        if (!isFullSetTold)
            presence.Tell(new PresenceProtocol.Register("default", Epoch));
        List<string> started = [];
        while (!started.Contains("later"))
        {
            var record = Told(writer);
            started.AddRange(record.Started.Select(subscription => subscription.Pattern));
            Answer(presence, record);
        }

        Assert.Equal(["stays", "later"], started.Distinct());
        stays.ExpectMsg<NodePresence.Announced>();
        later.ExpectMsg<NodePresence.Announced>();
    }

    /// <summary>A thousand topics each of a few clients: the next client need not wait until all of them are in the log.</summary>
    [Fact]
    public void Should_not_make_those_with_few_subscriptions_wait_for_those_with_many()
    {
        var writer = CreateTestProbe();
        var presence = Sys.ActorOf(NodePresence.Props(PresenceHub.Options, writer, TimeProvider.System));
        writer.ExpectMsg<PresenceProtocol.Hello>();
        presence.Tell(new PresenceProtocol.Register("default", Epoch));
        Answer(presence, Told(writer));
        for (var number = 0; number < 5; number++)
            presence.Tell(JoinMany($"{number}", 1_000), CreateTestProbe());
        var few = CreateTestProbe();
        presence.Tell(Join("few"), few);

        Answer(presence, Told(writer));
        var next = Told(writer);
        Answer(presence, next);

        Assert.Contains(next.Started, subscription => subscription.Pattern == "few");
        few.ExpectMsg<NodePresence.Announced>();
        var started = next.Started.Count;
        while (started < 4_801)
        {
            var record = Told(writer);
            started += record.Started.Count;
            Answer(presence, record);
        }
    }

    private static NodePresence.Join JoinMany(string name, int count) => new(new SubscriberPresence(
        $"urn:{name}", [.. Enumerable.Range(0, count).Select(number => new AnnouncedMatcher(MatcherKind.Selector, $"{name}-{number}", null))]));

    private static NodePresence.Join Join(string pattern) => new(new SubscriberPresence($"urn:{pattern}", [new AnnouncedMatcher(MatcherKind.Selector, pattern, null)]));

    /// <summary>Come and go; the stack of this method is gone when the heap is looked at.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static List<WeakReference<string>> Visit(IActorRef presence)
    {
        List<WeakReference<string>> patterns = [];
        for (var i = 0; i < Visitors; i++)
        {
            var visitor = new Visitor(i);
            var pattern = $"visitor-{i}";
            patterns.Add(new WeakReference<string>(pattern));
            presence.Tell(Join(pattern), visitor);
            presence.Tell(NodePresence.Leave.Instance, visitor);
        }

        return patterns;
    }

    private static PresenceProtocol.Record Told(TestProbe writer) => writer.FishForMessage<PresenceProtocol.Record>(_ => true);

    private static void Answer(IActorRef presence, PresenceProtocol.Record record) =>
        presence.Tell(new PresenceProtocol.Recorded("default", record.Life, record.Number, Row: 1));

#pragma warning disable MA0097 // References to actors are compared by nobody here.
    private sealed class Visitor(int number) : MinimalActorRef
#pragma warning restore MA0097
    {
        public override ActorPath Path { get; } = ActorPath.Parse($"akka://specs/user/{number}");

        public override IActorRefProvider Provider => throw new NotSupportedException();
    }
}
