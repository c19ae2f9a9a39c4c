namespace Mercure.Actors.Presence;

/// <summary>
/// One subscription of one subscriber, as the log keeps it: a fact, of which each generation of the protocol makes its own topic
/// and document.
/// </summary>
/// <param name="Node">The life of the node that the subscriber is connected to (<see cref="NodeIncarnation"/>): when it is over, so is the subscription.</param>
/// <param name="Subscriber">Identifier of the subscriber, the same for all its subscriptions.</param>
/// <param name="Kind">How the pattern is read.</param>
/// <param name="Pattern">What it subscribed to, as written.</param>
/// <param name="Payload">What the token says about the subscriber, in JSON; null when it says nothing.</param>
public sealed record ActiveSubscription(Guid Node, string Subscriber, MatcherKind Kind, string Pattern, string? Payload)
{
    private const int Overhead = 64;

    /// <summary>Bytes, close to the size on the wire and in the log.</summary>
    public int Size => Overhead + Subscriber.Length + Pattern.Length + (Payload?.Length ?? 0);
}
