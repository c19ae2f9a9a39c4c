using Akka.Actor;
using Akka.Cluster;
using Mercure.Actors.Presence;

namespace Mercure.Actors.Matcher;

/// <summary>
/// Tells the writer, its parent, which nodes are there. In a cluster these are its members: one that is unreachable is still
/// there until it is removed, since it may come back with its streams unharmed, and two sides of a partition must not both decide.
/// A hub by itself is the only one. Started with the writer, so that a writer which recovers knows whose subscriptions are over.
/// </summary>
internal sealed class NodeWatcher : ReceiveActor
{
    private readonly HashSet<UniqueAddress> _members = [];

    public NodeWatcher()
    {
        Receive<ClusterEvent.CurrentClusterState>(OnState);
        Receive<ClusterEvent.MemberRemoved>(removed => OnRemoved(removed.Member));
        Receive<ClusterEvent.IMemberEvent>(changed => OnPresent(changed.Member));
    }

    /// <summary>Watcher → matcher: these nodes are there and no others.</summary>
    internal sealed record Present(IReadOnlySet<Guid> Nodes);

    public static Props Props() => Akka.Actor.Props.Create<NodeWatcher>();

    protected override void PreStart()
    {
        if (NodeIncarnation.IsInCluster(Context.System))
            Cluster.Get(Context.System).Subscribe(Self, ClusterEvent.SubscriptionInitialStateMode.InitialStateAsSnapshot, [typeof(ClusterEvent.IMemberEvent)]);
        else
            Context.Parent.Tell(new Present(new HashSet<Guid> { NodeIncarnation.Of(Context.System) }));
    }

    protected override void PostStop()
    {
        if (NodeIncarnation.IsInCluster(Context.System))
            Cluster.Get(Context.System).Unsubscribe(Self);
    }

    private void OnState(ClusterEvent.CurrentClusterState state)
    {
        _members.UnionWith(state.Members.Where(member => member.Status != MemberStatus.Removed).Select(member => member.UniqueAddress));
        Tell();
    }

    private void OnPresent(Member member)
    {
        if (_members.Add(member.UniqueAddress))
            Tell();
    }

    private void OnRemoved(Member member)
    {
        if (_members.Remove(member.UniqueAddress))
            Tell();
    }

    private void Tell() => Context.Parent.Tell(new Present(_members.Select(NodeIncarnation.Of).ToHashSet()));
}
