using Akka.Actor;
using Akka.Streams;
using Akka.Streams.Stage;

namespace Mercure.Actors.Subscribers;

/// <summary>
/// Where a replay flows into a subscriber's response. Nothing is pulled before everything is flushed: the back-pressure of
/// the connection is the stream's. Ends with the replay, or with the subscriber.
/// </summary>
internal sealed class SseSink(IActorRef subscriber) : GraphStage<SinkShape<Replay.Step>>
{
    private readonly Inlet<Replay.Step> _in = new("sse.in");
    private readonly IActorRef _subscriber = subscriber;

    public override SinkShape<Replay.Step> Shape => new(_in);

    protected override GraphStageLogic CreateLogic(Attributes inheritedAttributes) => new Logic(this);

    /// <summary>Subscriber → sink: the run is flushed.</summary>
    public sealed class Written
    {
        public static readonly Written Instance = new();
    }

    /// <summary>Sink → subscriber: the replay has come to its end.</summary>
    public sealed class Completed
    {
        public static readonly Completed Instance = new();
    }

    /// <summary>Sink → subscriber: the replay failed, which it should not.</summary>
    public sealed record Failed(Exception Cause);

    private sealed class Logic : GraphStageLogic
    {
        private readonly Inlet<Replay.Step> _in;
        private readonly IActorRef _subscriber;

        public Logic(SseSink stage)
            : base(stage.Shape)
        {
            _in = stage._in;
            _subscriber = stage._subscriber;
            SetHandler(
                _in,
                onPush: OnPush,
                onUpstreamFinish: () =>
                {
                    _subscriber.Tell(Completed.Instance, StageActor.Ref);
                    CompleteStage();
                },
                onUpstreamFailure: cause =>
                {
                    _subscriber.Tell(new Failed(cause), StageActor.Ref);
                    FailStage(cause);
                });
        }

        public override void PreStart()
        {
            GetStageActor(received => OnMessage(received.Item2)).Watch(_subscriber);
            Pull(_in);
        }

        private void OnPush()
        {
            var step = Grab(_in);
            _subscriber.Tell(step, StageActor.Ref);
            // The others say why there is no more.
            if (step is not Replay.Step.Run)
                CompleteStage();
        }

        private void OnMessage(object message)
        {
            if (message is Terminated)
                CompleteStage();
            else if (message is Written && !IsClosed(_in))
                Pull(_in);
        }
    }
}
