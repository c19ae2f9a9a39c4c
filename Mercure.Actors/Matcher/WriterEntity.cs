using System.Globalization;
using Akka.Actor;
using Akka.Cluster;
using Akka.Event;

namespace Mercure.Actors.Matcher;

/// <summary>
/// The hub's entity in Cluster.Sharding: parent of the writer, on the node that has the shard. Passes on what is meant for
/// the writer and restarts it when it has ended, but not before every other member has answered since: the write may have
/// failed because this node was frozen or cut off and has a successor elsewhere, and two writers that kept restarting
/// would stop each other for ever. A node that was removed meanwhile gets no answers, learns of its removal and ends.
/// <code>
/// Running ─ writer ended ─► Confirming (drops what comes: it is sent again) ─ all members answered ─► Running
/// </code>
/// </summary>
internal sealed class WriterEntity : ReceiveActor, IWithTimers
{
    private static readonly TimeSpan MinDelay = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan MaxDelay = TimeSpan.FromSeconds(2);

    /// <summary>A writer that lived this long failed for another reason than its predecessor.</summary>
    private static readonly TimeSpan Stable = TimeSpan.FromSeconds(10);

    /// <summary>An actor that every member has; it answers everyone whom the member has not quarantined.</summary>
    private static readonly string[] AnyMember = ["system", "cluster", "core", "daemon"];

    private readonly Props _writer;
    private readonly TimeProvider _clock;
    private readonly Cluster _cluster = Cluster.Get(Context.System);
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly HashSet<string> _answered = new(StringComparer.Ordinal);

    private IActorRef _child = ActorRefs.Nobody;
    private long _startedAt;
    private TimeSpan _delay = MinDelay;

    public WriterEntity(Props writer, TimeProvider clock)
    {
        _writer = writer;
        _clock = clock;
        Running();
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props Props(Props writer, TimeProvider clock) => Akka.Actor.Props.Create<WriterEntity>(writer, clock);

    protected override SupervisorStrategy SupervisorStrategy() => Akka.Actor.SupervisorStrategy.StoppingStrategy;

    protected override void PreStart() => Start();

    private void Running()
    {
        Receive<TopicMatcher.HandOver>(OnHandOver);
        Receive<Terminated>(_ => OnWriterEnded());
        // Late answers.
        Receive<ActorIdentity>(_ => { });
        ReceiveAny(message => _child.Forward(message));
    }

    private void Confirming()
    {
        Receive<Ask>(_ => OnAsk());
        Receive<ActorIdentity>(OnAnswer);
        Receive<TopicMatcher.HandOver>(_ => Context.Stop(Self));
        ReceiveAny(_ => { });
    }

    private void HandingOver()
    {
        Receive<Terminated>(_ => Context.Stop(Self));
        ReceiveAny(_ => { });
    }

    private void Start()
    {
        _startedAt = _clock.GetTimestamp();
        _child = Context.Watch(Context.ActorOf(_writer, "writer"));
    }

    private void OnHandOver(TopicMatcher.HandOver handOver)
    {
        _child.Tell(handOver);
        Become(HandingOver);
    }

    private void OnWriterEnded()
    {
        _delay = _clock.GetElapsedTime(_startedAt) > Stable ? MinDelay : Min(_delay * 2, MaxDelay);
        _answered.Clear();
        Become(Confirming);
        Timers.StartPeriodicTimer(nameof(Ask), Ask.Instance, _delay);
    }

    private void OnAsk()
    {
        var missing = Missing();
        if (missing.Count == 0)
        {
            Restart();
            return;
        }

        _log.Info("The writer begins anew when these members have answered: {0}", string.Join(", ", missing.Select(member => member.Address)));
        foreach (var member in missing)
            Context.ActorSelection(new RootActorPath(member.Address) / AnyMember).Tell(new Identify(NameOf(member)));
    }

    private void OnAnswer(ActorIdentity identity)
    {
        if (identity is { MessageId: string member, Subject: not null })
            _answered.Add(member);

        if (Missing().Count == 0)
            Restart();
    }

    private void Restart()
    {
        Timers.Cancel(nameof(Ask));
        Become(Running);
        Start();
    }

    /// <summary>Members that have not answered since the writer ended. One that is down has no say: it will be removed.</summary>
    private List<UniqueAddress> Missing() =>
        [.. _cluster.State.Members
            .Where(member => member.Status is not (MemberStatus.Joining or MemberStatus.Down or MemberStatus.Removed))
            .Select(member => member.UniqueAddress)
            .Where(address => !address.Equals(_cluster.SelfUniqueAddress) && !_answered.Contains(NameOf(address)))];

    /// <summary>A text, since nodes take no other type in the id of a question (<c>hocon/cluster.conf</c>). The uid tells lives of one address apart.</summary>
    private static string NameOf(UniqueAddress member) => string.Create(CultureInfo.InvariantCulture, $"{member.Address}#{member.Uid}");

    private static TimeSpan Min(TimeSpan left, TimeSpan right) => left < right ? left : right;

    private sealed class Ask
    {
        public static readonly Ask Instance = new();
    }
}
