using Akka.Actor;
using Akka.Cluster;

namespace Mercure.Http.Cluster;

/// <summary>
/// Stops this node's process as SIGTERM does when the node is requested to leave: by the management listener of any node, which sends
/// <see cref="Leave"/>, or by whatever else marks it as leaving. It has the same path on every node.
/// </summary>
internal sealed class Departure : ReceiveActor
{
    public const string Name = "departure";

    /// <summary>Request to leave, from any node; answered with <see cref="Leaving"/>. A string, which every node can read.</summary>
    public const string Leave = "leave";

    /// <summary>The node has begun to stop.</summary>
    public const string Leaving = "leaving";

    private readonly Akka.Cluster.Cluster _cluster = Akka.Cluster.Cluster.Get(Context.System);
    private readonly IHostApplicationLifetime _lifetime;

    public Departure(IHostApplicationLifetime lifetime)
    {
        _lifetime = lifetime;
        Receive<string>(text => text == Leave, _ => OnLeave());
        Receive<ClusterEvent.MemberLeft>(left => left.Member.UniqueAddress.Equals(_cluster.SelfUniqueAddress), _ => Stop());
        Receive<ClusterEvent.MemberLeft>(_ => { });
    }

    public static Props Props(IHostApplicationLifetime lifetime) => Akka.Actor.Props.Create<Departure>(lifetime);

    protected override void PreStart() => _cluster.Subscribe(Self, ClusterEvent.InitialStateAsEvents, typeof(ClusterEvent.MemberLeft));

    protected override void PostStop() => _cluster.Unsubscribe(Self);

    private void OnLeave()
    {
        Sender.Tell(Leaving);
        Stop();
    }

    /// <summary>On another thread: it runs what others do when the host begins to stop.</summary>
    private void Stop() => _ = Task.Run(_lifetime.StopApplication);
}
