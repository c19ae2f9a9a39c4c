using Akka.Actor;
using Mercure.Actors.Live;

namespace Mercure.Specs.Live;

/// <summary>A subscriber that keeps what it is told.</summary>
#pragma warning disable MA0097 // References to actors are compared by nobody here.
internal sealed class Recipient : MinimalActorRef
#pragma warning restore MA0097
{
    public List<Delivery> Taken { get; } = [];

    public override ActorPath Path { get; } = ActorPath.Parse($"akka://specs/user/{Guid.NewGuid():N}");

    public override IActorRefProvider Provider => throw new NotSupportedException();

    public WeakReference<Delivery> TakeWeak()
    {
        var run = new WeakReference<Delivery>(Taken[0]);
        Taken.Clear();
        return run;
    }

    protected override void TellInternal(object message, IActorRef sender) => Taken.Add((Delivery)message);
}
