using Akka.Actor;
using Akka.Cluster;
using Akka.Event;
using Mercure.Journal.Cluster;

namespace Mercure.Http.Cluster;

/// <summary>
/// Brings this node into the cluster, and takes it out when the cluster went on without it. Contact points and the node table say whom
/// to join; the database alone says who may found a cluster: the holder of a lease, while the node table shows no living member. So
/// there is never a second one, whichever nodes start together, die together, or can't reach each other. Owns the node's row.
/// <code>
/// Entering ─ row written ─► Seeking (joins whoever is found; founds when nobody lives) ─ up ─► Member ─ row gone ─► ended
/// </code>
/// </summary>
internal sealed class Bootstrap : ReceiveActor, IWithTimers
{
    private static readonly TimeSpan SeekInterval = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan SeenInterval = TimeSpan.FromSeconds(1);

    /// <summary>Whom to join is told to Akka again after this time; it asks them meanwhile by itself.</summary>
    private static readonly TimeSpan JoinAgain = TimeSpan.FromSeconds(5);

    /// <summary>A member that was not seen for so long does not keep others from founding.</summary>
    internal static readonly TimeSpan Living = TimeSpan.FromSeconds(10);

    /// <summary>Long enough to be up; who needs longer finds that another founded, and ends.</summary>
    private static readonly TimeSpan FoundingTime = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan DatabaseTimeout = TimeSpan.FromSeconds(10);

    private readonly NodeTable _nodes;
    private readonly LeaseTable _leases;
    private readonly string _lease;
    private readonly IContactPoints? _contacts;
    private readonly Akka.Cluster.Cluster _cluster = Akka.Cluster.Cluster.Get(Context.System);
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly string _address;
    private readonly string _owner;
    private readonly long _incarnation;

    private long _founding;
    private long _formation;
    private bool _busy;
    private bool _databaseAway;
    private bool _contactsAway;
    private string _waitingFor = "";
    private HashSet<Address> _told = [];
    private long _toldAt;

    public Bootstrap(NodeTable nodes, LeaseTable leases, string lease, IContactPoints? contacts)
    {
        _nodes = nodes;
        _leases = leases;
        _lease = lease;
        _contacts = contacts;
        _address = _cluster.SelfAddress.ToString();
        _incarnation = _cluster.SelfUniqueAddress.Uid;
        _owner = $"{_address}#{_incarnation}";
        Entering();
    }

    public ITimerScheduler Timers { get; set; } = null!;

    /// <param name="nodes">The node table.</param>
    /// <param name="leases">The leases beside it.</param>
    /// <param name="lease">Name of the founder's lease.</param>
    /// <param name="contacts">Null when the node table alone says whom to join.</param>
    public static Props Props(NodeTable nodes, LeaseTable leases, string lease, IContactPoints? contacts) =>
        Akka.Actor.Props.Create<Bootstrap>(nodes, leases, lease, contacts);

    protected override void PreStart()
    {
        _cluster.Subscribe(Self, ClusterEvent.InitialStateAsEvents, typeof(ClusterEvent.MemberUp), typeof(ClusterEvent.MemberDowned), typeof(ClusterEvent.MemberRemoved));
        Self.Tell(Tick.Instance);
        Timers.StartPeriodicTimer(nameof(Tick), Tick.Instance, SeekInterval);
    }

    protected override void PostStop() => _cluster.Unsubscribe(Self);

    private void Entering()
    {
        Always();
        Receive<Tick>(_ => Ask(EnterAsync));
        Receive<Entered>(_ => OnEntered());
    }

    private void Seeking()
    {
        Always();
        Receive<Tick>(_ => Ask(SeekAsync));
        Receive<Found>(OnFound);
        Receive<ClusterEvent.MemberUp>(up => OnUp(up.Member));
        Receive<ClusterEvent.MemberRemoved>(_ => { });
    }

    private void Member()
    {
        Always();
        Receive<Tick>(_ => Ask(SeenAsync));
        Receive<Seen>(OnSeen);
        Receive<ClusterEvent.MemberUp>(up => OnUp(up.Member));
        Receive<ClusterEvent.MemberDowned>(downed => OnDowned(downed.Member));
        Receive<ClusterEvent.MemberRemoved>(removed => OnRemoved(removed));
    }

    private void Always()
    {
        Receive<Failed>(OnFailed);
        // What the table has done by the way, and what the events' subscription brings besides.
        Receive<Done>(_ => { });
        Receive<ClusterEvent.IClusterDomainEvent>(IsNothing, _ => { });
    }

    private static bool IsNothing(ClusterEvent.IClusterDomainEvent e) =>
        e is not (ClusterEvent.MemberUp or ClusterEvent.MemberDowned or ClusterEvent.MemberRemoved);

    /// <summary>One question to the database at a time.</summary>
    private void Ask(Func<CancellationToken, Task<object>> question)
    {
        if (_busy)
            return;

        _busy = true;
        AskAsync().PipeTo(Self, failure: e => new Failed(e));

        async Task<object> AskAsync()
        {
            using var late = new CancellationTokenSource(DatabaseTimeout);
            return await Task.Run(() => question(late.Token), late.Token);
        }
    }

    private void OnFailed(Failed failed)
    {
        _busy = false;
        if (!_databaseAway)
            _log.Warning("The node table can't be used; it is tried again: {0}", failed.Cause.Message);
        _databaseAway = true;
    }

    private void Answered()
    {
        _busy = false;
        if (_databaseAway)
            _log.Info("The node table can be used again");
        _databaseAway = false;
    }

    private async Task<object> EnterAsync(CancellationToken cancellation)
    {
        await _nodes.EnterAsync(_address, _incarnation, cancellation);
        return new Entered();
    }

    private void OnEntered()
    {
        Answered();
        Become(Seeking);
        Self.Tell(Tick.Instance);
    }

    private async Task<object> SeekAsync(CancellationToken cancellation)
    {
        await _nodes.SeenAsync(_address, _incarnation, 0, cancellation);
        var members = await _nodes.MembersAsync(Living, cancellation);
        var dead = await Task.WhenAll(members.Select(member => PortProbe.IsRefusedAsync(Address.Parse(member.Address))));
        var living = members.Where((_, i) => !dead[i]).ToList();
        var founding = living.Count == 0 && _founding == 0
            ? await _leases.AcquireAsync(_lease, _owner, FoundingTime, [], cancellation)
            : null;
        // Somebody may have founded between the look and the lease; nobody can from now on.
        if (founding is not null)
            living.AddRange((await _nodes.MembersAsync(Living, cancellation)).Where(member => !members.Contains(member)));

        if (living.Count == 0 && founding is not null)
            return new Found(living, [], founding);

        var (contacts, problem) = await ContactsAsync(living, cancellation);
        return new Found(living, contacts, Founding: null, problem);
    }

    /// <summary>Whom to join: the members, of whom any node may be the first, and whoever else is named or can be looked up.</summary>
    private async Task<(IReadOnlyList<Address> Contacts, string? Problem)> ContactsAsync(List<NodeTable.Node> living, CancellationToken cancellation)
    {
        var members = living.Select(member => Address.Parse(member.Address));
        if (_contacts is null)
            return ([.. members], null);

        try
        {
            return ([.. members.Union(await _contacts.FindAsync(cancellation))], null);
        }
        catch (Exception e)
        {
            return ([.. members], e.Message);
        }
    }

    private void OnFound(Found found)
    {
        Answered();
        if (_founding > 0 || _cluster.State.Members.Any(member => member.UniqueAddress.Equals(_cluster.SelfUniqueAddress)))
            return;

        if (found.Founding is { } version)
        {
            _founding = version;
            _log.Info("No member of the cluster lives: this node founds it");
            _cluster.Join(_cluster.SelfAddress);
            return;
        }

        Say(found);
        if (found.Problem is { } problem && !_contactsAway)
            _log.Warning("No node can be looked up to join; it is tried again: {0}", problem);
        _contactsAway = found.Problem is not null;
        var contacts = found.Contacts.Where(contact => contact != _cluster.SelfAddress).ToHashSet();
        if (contacts.Count == 0 || (contacts.SetEquals(_told) && TimeProvider.System.GetElapsedTime(_toldAt) < JoinAgain))
            return;

        _told = contacts;
        _toldAt = TimeProvider.System.GetTimestamp();
        _cluster.JoinSeedNodes(contacts);
    }

    private void Say(Found found)
    {
        var members = string.Join(", ", found.Living.Select(member => member.Address).Order(StringComparer.Ordinal));
        if (members.Length > 0 && members != _waitingFor)
            _log.Info("Joining the cluster of {0}", members);
        _waitingFor = members;
    }

    private void OnUp(Member member)
    {
        _log.Info("Member {0} is up", member.Address);
        if (!member.UniqueAddress.Equals(_cluster.SelfUniqueAddress))
            return;

        _formation = _founding;
        Become(Member);
        Timers.StartPeriodicTimer(nameof(Tick), Tick.Instance, SeenInterval);
        _busy = false;
        Self.Tell(Tick.Instance);
    }

    private async Task<object> SeenAsync(CancellationToken cancellation)
    {
        if (_formation == 0)
        {
            var members = _cluster.State.Members.Select(member => member.Address.ToString()).ToHashSet(StringComparer.Ordinal);
            var known = await _nodes.MembersAsync(Living, cancellation);
            _formation = known.Where(node => members.Contains(node.Address)).Select(node => node.Formation).DefaultIfEmpty(0).Max();
        }

        var goesOn = await _nodes.SeenAsync(_address, _incarnation, _formation, cancellation);
        if (_founding > 0)
        {
            await _leases.ReleaseAsync(_lease, _owner, _founding, cancellation);
            _founding = 0;
        }

        return new Seen(goesOn);
    }

    private void OnSeen(Seen seen)
    {
        Answered();
        if (!seen.GoesOn)
            End("the node table says that the cluster went on without it");
    }

    /// <summary>Not at its removal: a node that ends by itself sees every other one removed.</summary>
    private void OnDowned(Member member)
    {
        if (member.UniqueAddress.Equals(_cluster.SelfUniqueAddress))
            return;

        RemoveAsync().PipeTo(Self, failure: e => new Failed(e));

        async Task<object> RemoveAsync()
        {
            using var late = new CancellationTokenSource(DatabaseTimeout);
            await _nodes.RemoveAsync(member.Address.ToString(), member.UniqueAddress.Uid, late.Token);
            return new Done();
        }
    }

    private void OnRemoved(ClusterEvent.MemberRemoved removed)
    {
        if (!_cluster.IsTerminated)
            _log.Info("Member {0} {1}", removed.Member.Address, removed.PreviousStatus == MemberStatus.Down ? "was put out: it is down" : "has left");
    }

    /// <summary>As if it had been downed: the process ends with an error, and its supervisor starts a new life, which joins.</summary>
    private void End(string reason)
    {
        _log.Error("This node is no member of the cluster any more, and ends: {0}", reason);
        Timers.CancelAll();
        _ = CoordinatedShutdown.Get(Context.System).Run(CoordinatedShutdown.ClusterDowningReason.Instance);
    }

    private sealed record Entered;

    /// <param name="Living">Members by the node table.</param>
    /// <param name="Contacts">Whom to join.</param>
    /// <param name="Founding">Version of the founder's lease when this node holds it and nobody lives.</param>
    /// <param name="Problem">Why nobody could be looked up.</param>
    private sealed record Found(IReadOnlyList<NodeTable.Node> Living, IReadOnlyList<Address> Contacts, long? Founding, string? Problem = null);

    private sealed record Seen(bool GoesOn);

    private sealed record Done;

    private sealed record Failed(Exception Cause);

    private sealed class Tick
    {
        public static readonly Tick Instance = new();
    }
}
