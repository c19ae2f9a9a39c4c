using System.IO.Pipelines;
using Akka.Actor;
using Mercure.Actors.Catchup;
using Mercure.Actors.Hosting;
using Mercure.Actors.Live;
using Mercure.Actors.Log;
using Mercure.Actors.Protocol;
using Mercure.Actors.Updates;
using Xunit;

namespace Mercure.Specs.Core;

/// <summary>A node's end of the log, alone between a writer and a history that say what the spec wants.</summary>
public sealed class SwitchboardSpecs : ActorSpecs
{
    private static readonly UpdateIds Ids = new(UpdateIds.NewKey());
    private static readonly Epoch Epoch = new(1, 1);

    /// <summary>A page, or the answer that there is none, that its predecessor had asked for.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Should_not_take_what_was_read_for_a_former_life(bool isTrimmed)
    {
        var (writer, history, subscriber) = (CreateTestProbe(), CreateTestProbe(), CreateTestProbe());
        var switchboard = Sys.ActorOf(Switchboard.Props(new HubOptions { TickInterval = TimeSpan.FromHours(1) }, writer, history));
        var link = writer.ExpectMsg<LinkProtocol.Connect>().Link;
        switchboard.Tell(new LinkProtocol.Connected("default", link, Epoch, new LogHead(10, 10, 0), Ids.Key));
        switchboard.Tell(new LinkProtocol.Routed("default", link, Epoch, Previous: 12, Row: null, new LogHead(12, 12, 0)));
        history.FishForMessage<History.GetPage>(page => page.Row == 11);

        switchboard.Tell(new Switchboard.Attach(Subscription: null!, Position.EndOf(10)));
        link = writer.ExpectMsg<LinkProtocol.Connect>().Link;
        switchboard.Tell(isTrimmed ? new History.RowsTrimmed(11) : new Page([Row(11), Row(12)]), history);
        switchboard.Tell(new LinkProtocol.Connected("default", link, Epoch, new LogHead(20, 20, 0), Ids.Key));
        switchboard.Tell(new Switchboard.Prepare(SubscriptionTo(PipeWriter.Create(Stream.Null))), subscriber);

        Assert.Equal(20, subscriber.ExpectMsg<Switchboard.Prepared>().ThroughRow);
    }

    /// <summary>A read that failed for its predecessor, while its own is under way: it has nothing more to read when that is done.</summary>
    [Fact]
    public void Should_not_read_beyond_the_head_after_a_failure_in_a_former_life()
    {
        var (writer, history) = (CreateTestProbe(), CreateTestProbe());
        var switchboard = Sys.ActorOf(Switchboard.Props(new HubOptions { TickInterval = TimeSpan.FromMilliseconds(50) }, writer, history));
        var link = writer.ExpectMsg<LinkProtocol.Connect>().Link;
        switchboard.Tell(new LinkProtocol.Connected("default", link, Epoch, new LogHead(10, 10, 0), Ids.Key));
        switchboard.Tell(new LinkProtocol.Routed("default", link, Epoch, Previous: 12, Row: null, new LogHead(12, 12, 0)));
        history.FishForMessage<History.GetPage>(page => page.Row == 11);

        switchboard.Tell(new History.PageUnavailable(11, "of a former life"), history);
        switchboard.Tell(new Page([Row(11), Row(12)]), history);

        var told = history.ReceiveWhile(TimeSpan.FromMilliseconds(400), message => message);
        Assert.DoesNotContain(told, message => message is History.GetPage);
    }

    private static LogBatch Row(long row) => LogBatch.Of(
        row,
        new BatchWritten
        {
            EpochNonce = Epoch.Nonce,
            Time = DateTimeOffset.UnixEpoch,
            FirstOrdinal = row - 1,
            FirstByte = 0,
            Entries = [new LogEntry.Published(CoreHub.UpdateOf("", id: null, "t"))],
        },
        Ids);
}
