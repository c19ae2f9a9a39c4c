using Mercure.Actors.Presence;
using Mercure.Actors.Updates;

namespace Mercure.Actors.Hosting;

/// <summary>How the hub's actors behave. Values come from the host's settings; the bounds explain themselves.</summary>
public sealed record HubOptions
{
    /// <summary>Id of the journal's plugin: the hub's own, beside those that an application may have.</summary>
    public const string JournalPlugin = "akka.persistence.journal.mercure";

    /// <summary>Id of the snapshot store's plugin.</summary>
    public const string SnapshotPlugin = "akka.persistence.snapshot-store.mercure";

    /// <summary>Name of the hub and its log: the persistence id is <c>hub/&lt;name&gt;</c>.</summary>
    public string Name { get; init; } = "default";

    public string PersistenceId => $"hub/{Name}";

    /// <summary>Set when the hub is one of several nodes of an Akka.Cluster, which the actor system must be configured for; null for a hub by itself.</summary>
    public ClusterOptions? Cluster { get; init; }

    /// <summary>How active subscriptions are shown; null where they are not tracked. The same on every node.</summary>
    public ISubscriptionEvents? SubscriptionEvents { get; init; }

    /// <summary>
    /// Facts about subscriptions kept in the log while the history is limited. They don't count in <see cref="HistorySize"/>; but where
    /// many connect and hardly anybody publishes, what is older than so many goes, whatever it is, or the log would grow for ever.
    /// </summary>
    public long KeptFacts { get; init; } = 1_000_000;

    /// <summary>Whether updates' content is logged, and why an update is not sent to a subscriber: at the level of debugging.</summary>
    public bool LogsUpdates { get; init; }

    /// <summary>How long a publisher waits for the journal before it is told that the hub is unavailable.</summary>
    public TimeSpan PublishTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The largest update that is accepted, in bytes: a start in a cluster is refused when it does not fit between nodes. 0 for no limit.</summary>
    public long LargestRequest { get; init; }

    /// <summary>Topics that an update may have.</summary>
    public int MaxTopics { get; init; } = UpdateRules.Topics;

    /// <summary>Names that publishers leave to the hub.</summary>
    public Reservations Reservations { get; init; } = Reservations.None;

    /// <summary>Updates that a <c>Last-Event-ID</c> may reach; 0 for all.</summary>
    public long HistorySize { get; init; }

    /// <summary>From 0 (rows are never deleted) to 1 (as soon as a step is full).</summary>
    public double CleanupFrequency { get; init; } = 0.3;

    /// <summary>Time between comments on a stream; zero for none.</summary>
    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// Time without an acknowledgement after which a client counts as gone, if three heartbeats are not longer: a train's tunnel is no reason.
    /// </summary>
    public TimeSpan MinSilence { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Updates kept, whatever <see cref="HistorySize"/> is, for cursors of connected subscribers and gaps between nodes.</summary>
    public long ReserveUpdates { get; init; } = 10_000;

    /// <summary>The reserve ends at this size if it is reached first, in bytes.</summary>
    public long ReserveBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>Rows after which the writer's state is saved, so that a start reads no more than about as many.</summary>
    public int SnapshotEvery { get; init; } = 1_000;

    /// <summary>Time between the ticks that tell a switchboard how the log stands.</summary>
    public TimeSpan TickInterval { get; init; } = TimeSpan.FromMilliseconds(250);
}
