using Akka.Actor;
using Akka.Cluster;
using Akka.Coordination;
using Akka.Event;
using Akka.Remote;

namespace Mercure.Http.Cluster;

/// <summary>
/// Gives up at once a member whose process is proven dead: its host refuses connections to its port. That is stronger
/// evidence than missed heartbeats, which may only be late, so it needs no period of stability; it still takes the lease,
/// since a firewall between two halves of a cluster can refuse too, and then only one half may go on. Whatever else makes a
/// member unreachable is left to the split-brain resolver, its child. Owns the list of the dead.
/// <code>
/// connection lost, or unreachable ─► probe ─ refused ─► dead ─ this node is responsible, has the lease ─► down
///                                      └─ anything else ─► probed again while it is unreachable
/// </code>
/// </summary>
internal sealed class Downing : ReceiveActor, IWithTimers
{
    private static readonly TimeSpan Again = TimeSpan.FromMilliseconds(200);

    private readonly Akka.Cluster.Cluster _cluster;
    private readonly Lease _lease;
    private readonly Props _resolver;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly HashSet<UniqueAddress> _probing = [];
    private readonly HashSet<UniqueAddress> _dead = [];

    private bool _asking;
    private bool _holding;

    public Downing(Akka.Cluster.Cluster cluster, Lease lease, Props resolver)
    {
        _cluster = cluster;
        _lease = lease;
        _resolver = resolver;

        Receive<DisassociatedEvent>(lost => Suspect(lost.RemoteAddress));
        Receive<ClusterEvent.UnreachableMember>(unreachable => Suspect(unreachable.Member.Address));
        Receive<ClusterEvent.MemberRemoved>(removed => _dead.Remove(removed.Member.UniqueAddress));
        Receive<Probed>(OnProbed);
        Receive<Tick>(_ => OnTick());
        Receive<Asked>(OnAsked);
        Receive<Released>(released => _holding = !released.Done);
        Receive<ClusterEvent.IClusterDomainEvent>(_ => { });
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props Props(Akka.Cluster.Cluster cluster, Lease lease, Props resolver) =>
        Akka.Actor.Props.Create<Downing>(cluster, lease, resolver);

    protected override void PreStart()
    {
        Context.ActorOf(_resolver, "split-brain-resolver");
        Context.System.EventStream.Subscribe(Self, typeof(DisassociatedEvent));
        _cluster.Subscribe(Self, ClusterEvent.InitialStateAsEvents, typeof(ClusterEvent.UnreachableMember), typeof(ClusterEvent.MemberRemoved));
        Timers.StartPeriodicTimer(nameof(Tick), Tick.Instance, Again);
    }

    protected override void PostStop()
    {
        _cluster.Unsubscribe(Self);
        Context.System.EventStream.Unsubscribe(Self);
    }

    private void Suspect(Address address)
    {
        var member = _cluster.State.Members.FirstOrDefault(member => member.Address == address && IsIn(member));
        if (member is null || member.UniqueAddress.Equals(_cluster.SelfUniqueAddress) || _dead.Contains(member.UniqueAddress) || !_probing.Add(member.UniqueAddress))
            return;

        PortProbe.IsRefusedAsync(address).PipeTo(Self, success: refused => new Probed(member.UniqueAddress, refused));
    }

    private void OnProbed(Probed probed)
    {
        _probing.Remove(probed.Node);
        if (!probed.IsRefused || !_dead.Add(probed.Node))
            return;

        _log.Warning("The process of member {0} is dead: its host refuses connections to its port", probed.Node.Address);
        // Makes it unreachable for every member now, not when its heartbeats have been missed: this life of it never comes back.
        ((IRemoteActorRefProvider)((ExtendedActorSystem)Context.System).Provider).Quarantine(probed.Node.Address, probed.Node.Uid);
        Decide();
    }

    private void OnTick()
    {
        foreach (var member in _cluster.State.Unreachable)
            Suspect(member.Address);

        Decide();
        if (_holding && _dead.Count == 0)
            _lease.Release().PipeTo(Self, success: done => new Released(done), failure: _ => new Released(Done: false));
    }

    private void Decide()
    {
        if (_asking || !_cluster.State.Members.Any(IsToBeDowned) || !IsResponsible())
            return;

        _asking = true;
        _lease.Acquire().PipeTo(Self, success: taken => new Asked(taken, Reason: null), failure: e => new Asked(Taken: false, e.Message));
    }

    private void OnAsked(Asked asked)
    {
        _asking = false;
        if (!asked.Taken)
        {
            // Asked again at the next tick; the resolver decides when its time has come.
            _log.Info("Dead members stay for now, the lease is not to be had: {0}", asked.Reason ?? "another node holds it");
            return;
        }

        _holding = true;
        foreach (var member in _cluster.State.Members.Where(IsToBeDowned))
        {
            _log.Info("Downing {0}, whose process is dead", member.Address);
            _cluster.Down(member.Address);
        }
    }

    private bool IsToBeDowned(Member member) => IsIn(member) && _dead.Contains(member.UniqueAddress);

    /// <summary>Whoever leads those that are left: one node decides, as with Akka's resolver.</summary>
    private bool IsResponsible()
    {
        var state = _cluster.State;
        // Ordered by address, as Akka's leader is found.
        return state.Members
            .FirstOrDefault(member => member.Status is MemberStatus.Up or MemberStatus.Leaving && !_dead.Contains(member.UniqueAddress) && !state.Unreachable.Contains(member))
            ?.UniqueAddress.Equals(_cluster.SelfUniqueAddress) == true;
    }

    /// <summary>One that exits ends its process in good order and is removed without being downed.</summary>
    private static bool IsIn(Member member) => member.Status is MemberStatus.Joining or MemberStatus.WeaklyUp or MemberStatus.Up or MemberStatus.Leaving;

    private sealed record Probed(UniqueAddress Node, bool IsRefused);

    private sealed record Asked(bool Taken, string? Reason);

    private sealed record Released(bool Done);

    private sealed class Tick
    {
        public static readonly Tick Instance = new();
    }
}
