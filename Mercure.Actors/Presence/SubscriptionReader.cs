using Akka.Actor;
using Mercure.Actors.Protocol;

namespace Mercure.Actors.Presence;

/// <summary>Puts the list together from its parts. A message that is lost, or a writer that ends meanwhile, makes it begin anew.</summary>
internal sealed class SubscriptionReader(string hub, IActorRef matcher)
{
    /// <summary>How long a whole reading may take, attempts included.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>A writer that fails over answers the next attempt.</summary>
    private static readonly TimeSpan Answer = TimeSpan.FromSeconds(2);

    public async Task<SubscriptionsResult> ReadAsync(SubscriptionQuery query)
    {
        using var timeUp = new CancellationTokenSource(Patience);
        while (!timeUp.IsCancellationRequested)
        {
            try
            {
                if (await TryReadAsync(query, timeUp.Token) is { } result)
                    return result;
            }
            catch (AskTimeoutException)
            {
            }
            catch (OperationCanceledException)
            {
            }
        }

        return new SubscriptionsResult.Unavailable("The log does not answer.");
    }

    /// <summary>Null when the list has expired half read.</summary>
    private async Task<SubscriptionsResult?> TryReadAsync(SubscriptionQuery query, CancellationToken timeUp)
    {
        var part = await matcher.Ask<PresenceProtocol.Subscriptions>(new PresenceProtocol.GetSubscriptions(hub, query), Answer, timeUp);
        if (part.IsUnchanged)
            return new SubscriptionsResult.Unchanged();

        var found = new List<ActiveSubscription>(part.Found);
        while (part.Rest is { } rest)
        {
            if (await rest.Lister.Ask(new PresenceProtocol.GetMore(hub, rest.List), Answer, timeUp) is not PresenceProtocol.Subscriptions more)
                return null;

            part = more;
            found.AddRange(part.Found);
        }

        return new SubscriptionsResult.Listed(part.LastEventId, found);
    }
}
