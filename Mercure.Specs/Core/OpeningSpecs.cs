using System.IO.Pipelines;
using System.Text;
using Akka.Actor;
using Mercure.Actors;
using Mercure.Actors.Gateway;
using Mercure.Actors.Hosting;
using Mercure.Actors.Live;
using Mercure.Actors.Protocol;
using Mercure.Actors.Subscribers;
using Mercure.Actors.Updates;
using Mercure.Specs.Processes;
using Xunit;

namespace Mercure.Specs.Core;

/// <summary>Whoever has a response's head receives what is acknowledged after it: its stream begins before, at a place whose publishers know.</summary>
public sealed class OpeningSpecs : ActorSpecs
{
    private static readonly TimeSpan Timeout = Eventually.Patience;

    [Fact]
    public async Task Should_send_the_head_when_the_publishers_of_what_precedes_have_their_answers()
    {
        var (switchboard, gateway) = (CreateTestProbe(), CreateTestProbe());
        var response = new Pipe();
        var supervisor = Sys.ActorOf(SubscriberSupervisor.Props(new HubOptions(), switchboard, ActorRefs.Nobody, gateway, TimeProvider.System));
        supervisor.Tell(new SubscriberSupervisor.Open(SubscriptionTo(response.Writer), new TaskCompletionSource<StreamEnd>()));
        switchboard.ExpectMsg<Switchboard.Prepare>(Timeout);
        switchboard.Reply(new Switchboard.Prepared(ThroughRow: 10));

        gateway.ExpectMsg<PublishGateway.GetSettled>(Timeout);
        Assert.False(response.Reader.TryRead(out _));
        gateway.Reply(PublishGateway.Settled.Instance);

        var head = await response.Reader.ReadAsync().AsTask().WaitAsync(Timeout);
        Assert.Equal(":\n\n", Encoding.UTF8.GetString(head.Buffer));
        Assert.Equal(Position.EndOf(10), switchboard.ExpectMsg<Switchboard.Attach>(Timeout).After);
    }

    [Fact]
    public void Should_have_given_every_answer_that_came_before()
    {
        var writer = CreateTestProbe();
        var gateway = Sys.ActorOf(PublishGateway.Props(new HubOptions(), writer, TimeProvider.System));
        var promises = Enumerable.Range(0, 3).Select(_ => new TaskCompletionSource<PublishResult>()).ToList();
        foreach (var promise in promises)
            gateway.Tell(new PublishGateway.Publish(CoreHub.UpdateOf("x", id: null, "t"), promise));

        var unanswered = promises.Count;
        while (unanswered > 0)
        {
            var request = writer.ExpectMsg<PublishProtocol.StoreRequest>(Timeout);
            unanswered -= request.Updates.Count;
            gateway.Tell(new PublishProtocol.RequestStored("default", request.Token, [.. request.Updates.Select(_ => "id")]));
        }

        gateway.Tell(PublishGateway.GetSettled.Instance, TestActor);
        ExpectMsg<PublishGateway.Settled>(Timeout);

        Assert.All(promises, promise => Assert.True(promise.Task.IsCompletedSuccessfully));
    }
}
