using Mercure.Actors.Updates;

namespace Mercure.Actors.Presence;

/// <summary>How the generations of the protocol show that a subscription began or ended. Pure, and safe from any thread.</summary>
public interface ISubscriptionEvents
{
    /// <summary>
    /// What subscribers see, one update for each generation that shows it: only subscribers of <see cref="Update.Generation"/> get
    /// it. None has an id of its own: the hub's is made of the event's position.
    /// </summary>
    IReadOnlyList<Update> Render(ActiveSubscription subscription, bool isActive);
}
