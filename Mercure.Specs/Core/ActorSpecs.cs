using System.IO.Pipelines;
using Akka.TestKit.Xunit2;
using Mercure.Actors.Authorization;
using Mercure.Actors.Matching;
using Mercure.Actors.Subscribers;
using Mercure.Http.Streams;

namespace Mercure.Specs.Core;

/// <summary>Single actors of a node, whose neighbours say what the spec wants.</summary>
public abstract class ActorSpecs() : TestKit(
    """
    akka {
      loglevel = OFF
      test.single-expect-default = 90s
      actor.mercure-streams-dispatcher.type = ForkJoinDispatcher
      actor.mercure-streams-dispatcher.dedicated-thread-pool.thread-count = 1
      actor.mercure-slow-lane-dispatcher.type = ForkJoinDispatcher
      actor.mercure-slow-lane-dispatcher.dedicated-thread-pool.thread-count = 1
    }
    """)
{
    private protected static Subscription SubscriptionTo(PipeWriter output) => new()
    {
        Selectors = [TopicSelector.Parse("t")],
        Grant = Grant.None,
        Encoder = EventEncoders.Plain,
        Output = output,
        Gone = CancellationToken.None,
    };
}
