using Akka.Actor;
using Mercure.Actors.Log;

namespace Mercure.Actors.Protocol;

/// <summary>
/// Between a switchboard and the topic matcher. Messages may be lost, repeated, late or cut off: each says how the log
/// stands and what was sent before it, so that the switchboard notices what it missed and fills it from history.
/// </summary>
public static class LinkProtocol
{
    /// <summary>
    /// Switchboard → matcher: route to me. Repeated until answered by <see cref="Connected"/>, with a new link each time
    /// the switchboard begins anew; a matcher forgets a switchboard's earlier link.
    /// </summary>
    public sealed record Connect(string Hub, LinkId Link, IActorRef Switchboard) : IHubMessage;

    /// <summary>Matcher → switchboard: from this head on, everything is routed on this link.</summary>
    public sealed record Connected(string Hub, LinkId Link, Epoch Epoch, LogHead Head, ReadOnlyMemory<byte> IdKey) : IHubMessage;

    /// <summary>Matcher → switchboard: it ends; connect again.</summary>
    public sealed record Disconnected(string Hub, LinkId Link) : IHubMessage;

    /// <summary>Matcher → switchboard: a committed row, or (with none, every 250 ms) how the log stands.</summary>
    /// <param name="Previous">Sequence number that this link had been told before this message: a gap shows as a jump.</param>
    /// <param name="Row">The row with the number of the head; null in a tick.</param>
    public sealed record Routed(string Hub, LinkId Link, Epoch Epoch, long Previous, RoutedRow? Row, LogHead Head) : IHubMessage;

    /// <summary>Switchboard → matcher: everything up to this row has arrived; opens the window of what may be in flight.</summary>
    public sealed record Received(string Hub, LinkId Link, long SequenceNumber) : IHubMessage;
}

/// <summary>One attempt of one switchboard to be linked to a writer.</summary>
/// <param name="Switchboard">One life of one node's switchboard.</param>
/// <param name="Attempt">Counts from 1; a greater one replaces a lesser.</param>
public readonly record struct LinkId(Guid Switchboard, long Attempt);
