using Akka.Actor;
using Akka.Streams;
using Akka.Streams.Stage;
using Mercure.Actors.Live;

namespace Mercure.Actors.Subscribers;

/// <summary>
/// Where the updates that a subscriber catches up on enter its stream: one run each time the sink asks, so that nothing is
/// read ahead of a client that does not read. Every pull tells the subscriber; its value takes the run that answers it.
/// </summary>
internal sealed class ReplaySource(IActorRef subscriber) : GraphStageWithMaterializedValue<SourceShape<Delivery>, Action<Delivery>>
{
    private readonly Outlet<Delivery> _out = new("replay.out");

    public override SourceShape<Delivery> Shape => new(_out);

    public override ILogicAndMaterializedValue<Action<Delivery>> CreateLogicAndMaterializedValue(Attributes inheritedAttributes)
    {
        var logic = new Logic(this, subscriber);
        return new LogicAndMaterializedValue<Action<Delivery>>(logic, logic.Offer);
    }

    private sealed class Logic : GraphStageLogic
    {
        public Logic(ReplaySource stage, IActorRef subscriber)
            : base(stage.Shape)
        {
            Offer = GetAsyncCallback<Delivery>(run => Push(stage._out, run));
            SetHandler(stage._out, onPull: () => subscriber.Tell(Subscriber.Pulled.Instance, ActorRefs.NoSender));
        }

        public Action<Delivery> Offer { get; }
    }
}
