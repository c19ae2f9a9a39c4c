using Akka.Actor;
using Mercure.Actors.Log;
using Mercure.Actors.Matcher;
using Mercure.Actors.Matching;
using Mercure.Actors.Protocol;
using Xunit;

namespace Mercure.Specs.Core;

/// <summary>
/// What the subscribers of a node ask for is compared with every row on the writer's thread, for whom every publisher waits (CWE-407).
/// An interval has so many steps for it; beyond, everyone gets everything, as before they said what they want.
/// </summary>
public sealed class InterestCostsSpecs : ActorSpecs
{
    private static readonly UpdateIds Ids = new(UpdateIds.NewKey());
    private static readonly Epoch Epoch = new(1, 1);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Links _links = new("default", Links.DefaultWindowBytes);

    [Fact]
    public void Should_send_everything_while_the_steps_are_spent()
    {
        var (cheap, dear) = (CreateTestProbe(), CreateTestProbe());
        Connect(cheap, ["/a"]);
        Connect(dear, [.. Enumerable.Range(0, 200).Select(number => $"{{/n{number}}}{string.Concat(Enumerable.Repeat("{/a}{/b:9}{/c*}", 30))}")]);

        Assert.Equal(0, Crossed(cheap, 1, "/b"));
        Assert.Equal(1, Crossed(cheap, 2, "/a"));
        Assert.Equal(1, Crossed(cheap, 3, [.. Enumerable.Range(0, 20).Select(number => $"/{number}{new string('/', 4_000)}")]));
        _links.Tick(Epoch, new LogHead(3, 3, 0));
        Assert.Equal(0, Crossed(cheap, 4, "/b"));
    }

    private void Connect(Akka.TestKit.TestProbe switchboard, string[] selectors)
    {
        var link = new LinkId(Guid.NewGuid(), 1);
        _links.Connect(new LinkProtocol.Connect("default", link, switchboard), Epoch, new LogHead(0, 0, 0), Ids.Key);
        _links.Declare(
            new LinkProtocol.DeclareInterests("default", link, 1, [.. selectors.Select(TopicSelector.Parse)], [], IsComplete: true), Epoch, new LogHead(0, 0, 0));
    }

    /// <summary>How many rows were sent when this one was routed.</summary>
    private int Crossed(Akka.TestKit.TestProbe switchboard, long row, params string[] topics)
    {
        var batch = LogBatch.Of(
            row,
            new BatchWritten
            {
                EpochNonce = Epoch.Nonce,
                Time = DateTimeOffset.UnixEpoch,
                FirstOrdinal = row - 1,
                FirstByte = 0,
                Entries = [new LogEntry.Published(CoreHub.UpdateOf("x", id: null, topics))],
            },
            Ids);
        _links.Route(batch, Epoch, new LogHead(row, row, 0));
        switchboard.Ref.Tell(Done.Instance, ActorRefs.NoSender);
        var rows = 0;
        for (var message = switchboard.ReceiveOne(Patience); message is not Done; message = switchboard.ReceiveOne(Patience))
            rows += message is LinkProtocol.Routed { Row: not null } ? 1 : 0;

        return rows;
    }

    private sealed class Done
    {
        public static readonly Done Instance = new();
    }
}
