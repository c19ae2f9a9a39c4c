using Akka.Actor;
using Mercure.Actors.Log;
using Mercure.Actors.Presence;

namespace Mercure.Actors.Protocol;

/// <summary>
/// Between a node's presence and the topic matcher. Messages may be lost, repeated or late: the presence has one of them
/// unanswered at a time and sends it again. Each writer is told the node's full set first; what was meant for another is refused.
/// </summary>
internal static class PresenceProtocol
{
    /// <summary>Presence → matcher: whose turn is it? Answered by <see cref="Register"/>.</summary>
    public sealed record Hello(string Hub) : IHubMessage;

    /// <summary>Matcher → presence: tell me everything; sent to whoever speaks to an earlier writer.</summary>
    public sealed record Register(string Hub, Epoch Epoch) : IHubMessage;

    /// <summary>
    /// Presence → matcher: the next changes of a node, or a part of its full set (which are changes that mostly are known).
    /// Answered by <see cref="Recorded"/> or <see cref="Register"/>.
    /// </summary>
    /// <param name="Hub">Name of the hub.</param>
    /// <param name="Epoch">The writer it is meant for.</param>
    /// <param name="Life">One life of the presence.</param>
    /// <param name="Number">Counts the records of a life from 1.</param>
    /// <param name="Node">The node's incarnation.</param>
    /// <param name="Part">Whether it belongs to the full set.</param>
    /// <param name="Started">Active from now on, or already.</param>
    /// <param name="Ended">Active no longer.</param>
    public sealed record Record(
        string Hub,
        Epoch Epoch,
        Guid Life,
        long Number,
        Guid Node,
        FullSetPart Part,
        IReadOnlyList<ActiveSubscription> Started,
        IReadOnlyList<ActiveSubscription> Ended) : IHubMessage;

    /// <summary>Matcher → presence: it is committed, in this row or an earlier one.</summary>
    public sealed record Recorded(string Hub, Guid Life, long Number, long Row) : IHubMessage;

    /// <summary>A node → matcher: which subscriptions are active? Answered by <see cref="Subscriptions"/>.</summary>
    public sealed record GetSubscriptions(string Hub, SubscriptionQuery Query) : IHubMessage;

    /// <summary>
    /// Matcher's lister → node: a part of the list, below the size of a frame.
    /// </summary>
    /// <param name="Hub">Name of the hub.</param>
    /// <param name="LastEventId">Of the newest event when the list was taken; null when there was none yet.</param>
    /// <param name="IsUnchanged">Nothing is listed, since that event was known.</param>
    /// <param name="Found">Some of them.</param>
    /// <param name="Rest">Who has more (<see cref="GetMore"/>), and the number of the list there; null when this is all.</param>
    public sealed record Subscriptions(string Hub, string? LastEventId, bool IsUnchanged, IReadOnlyList<ActiveSubscription> Found, RestOfList? Rest) : IHubMessage;

    /// <summary>Node → matcher's lister: the next part. Answered by <see cref="Subscriptions"/> or <see cref="ListExpired"/>.</summary>
    public sealed record GetMore(string Hub, long List) : IHubMessage;

    /// <summary>Matcher's lister → node: ask anew; too many lists were asked for since, or it took too long.</summary>
    public sealed record ListExpired(string Hub) : IHubMessage;
}

/// <summary>Where the rest of a list is.</summary>
internal sealed record RestOfList(IActorRef Lister, long List);

/// <summary>Which part of a node's full set a record is.</summary>
[Flags]
internal enum FullSetPart : byte
{
    /// <summary>None: changes after it, or a part in the middle.</summary>
    None = 0,

    /// <summary>It begins here.</summary>
    First = 1,

    /// <summary>It ends here: whatever else is known of the node has ended.</summary>
    Last = 2,
}
