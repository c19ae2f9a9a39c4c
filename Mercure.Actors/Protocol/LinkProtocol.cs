using Akka.Actor;
using Mercure.Actors.Log;
using Mercure.Actors.Matching;

namespace Mercure.Actors.Protocol;

/// <summary>
/// Between a switchboard and the topic matcher. Messages may be lost, repeated, late or cut off: each says how the log
/// stands and what was sent before it, so that the switchboard notices what it missed and fills it from history.
/// </summary>
internal static class LinkProtocol
{
    /// <summary>
    /// Switchboard → matcher: route to me. Repeated until answered by <see cref="Connected"/>, with a new link each time
    /// the switchboard begins anew; a matcher forgets a switchboard's earlier link.
    /// </summary>
    public sealed record Connect(string Hub, LinkId Link, IActorRef Switchboard) : IHubMessage;

    /// <summary>Matcher → switchboard: from this head on, everything is routed on this link, until it declares interests.</summary>
    public sealed record Connected(string Hub, LinkId Link, Epoch Epoch, LogHead Head, ReadOnlyMemory<byte> IdKey) : IHubMessage;

    /// <summary>Matcher → switchboard: it ends; connect again.</summary>
    public sealed record Disconnected(string Hub, LinkId Link) : IHubMessage;

    /// <summary>Matcher → switchboard: a committed row, or (with none, every 250 ms) how the log stands.</summary>
    /// <param name="Previous">Sequence number that this link had been told before this message: a gap shows as a jump.</param>
    /// <param name="Row">The row with the number of the head; null in a tick.</param>
    public sealed record Routed(string Hub, LinkId Link, Epoch Epoch, long Previous, RoutedRow? Row, LogHead Head) : IHubMessage;

    /// <summary>
    /// Switchboard of a node in a cluster → matcher: what its node wants. Until the first complete one a link brings everything,
    /// and a matcher that does not understand it goes on so. Numbered from 1 in a link, one at a time, sent again until answered
    /// by <see cref="InterestsTaken"/>.
    /// </summary>
    /// <param name="Removed">Selectors that nobody there wants any more; taken out before the others are added.</param>
    /// <param name="IsComplete">Whether these and the earlier ones are all: from now on nothing else is to be sent.</param>
    /// <param name="HasUnknown">Whether it held selectors of a later version: then everything is to be sent after all.</param>
    public sealed record DeclareInterests(
        string Hub,
        LinkId Link,
        long Number,
        IReadOnlyList<TopicSelector> Added,
        IReadOnlyList<TopicSelector> Removed,
        bool IsComplete,
        bool HasUnknown = false) : IHubMessage;

    /// <summary>Matcher → switchboard: taken into account for every row after this head.</summary>
    public sealed record InterestsTaken(string Hub, LinkId Link, Epoch Epoch, long Number, LogHead Head) : IHubMessage;

    /// <summary>Switchboard → matcher: everything up to this row has arrived; opens the window of what may be in flight.</summary>
    public sealed record Received(string Hub, LinkId Link, long SequenceNumber) : IHubMessage;
}

/// <summary>One attempt of one switchboard to be linked to a writer.</summary>
/// <param name="Switchboard">One life of one node's switchboard.</param>
/// <param name="Attempt">Counts from 1; a greater one replaces a lesser.</param>
internal readonly record struct LinkId(Guid Switchboard, long Attempt);
