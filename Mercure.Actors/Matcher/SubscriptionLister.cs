using Akka.Actor;
using Mercure.Actors.Presence;
using Mercure.Actors.Protocol;

namespace Mercure.Actors.Matcher;

/// <summary>
/// Hands out the list of active subscriptions in parts: a child of the writer, which gives it the state of one row and goes on
/// writing. Owns the lists that are being read, a bounded number: of more, the oldest is dropped and asked for anew.
/// </summary>
internal sealed class SubscriptionLister : ReceiveActor
{
    /// <summary>Lists that may be half read.</summary>
    private const int MaxLists = 64;

    /// <summary>A part ends with the subscription that reaches this, well below the smallest frame.</summary>
    private const int PartBytes = 256 * 1024;

    private readonly string _hub;
    private readonly SortedDictionary<long, Listing> _lists = [];
    private long _lastNumber;

    public SubscriptionLister(string hub)
    {
        _hub = hub;
        Receive<Begin>(OnBegin);
        Receive<PresenceProtocol.GetMore>(OnGetMore);
    }

    /// <summary>Matcher → lister, the asker as sender: answer with what this state has.</summary>
    internal sealed record Begin(SubscriptionQuery Query, ActiveSubscriptions Subscriptions, string? LastEventId);

    public static Props Props(string hub) => Akka.Actor.Props.Create<SubscriptionLister>(hub);

    private void OnBegin(Begin begin)
    {
        if (begin.LastEventId is not null && string.Equals(begin.Query.UnlessLastEventIs, begin.LastEventId, StringComparison.Ordinal))
        {
            Sender.Tell(new PresenceProtocol.Subscriptions(_hub, begin.LastEventId, IsUnchanged: true, [], Rest: null));
            return;
        }

        _lists.Add(++_lastNumber, new Listing(begin.LastEventId, begin.Subscriptions.Select(begin.Query).GetEnumerator()));
        if (_lists.Count > MaxLists)
            _lists.Remove(_lists.Keys.First());

        SendPart(_lastNumber);
    }

    private void OnGetMore(PresenceProtocol.GetMore more)
    {
        if (_lists.ContainsKey(more.List))
            SendPart(more.List);
        else
            Sender.Tell(new PresenceProtocol.ListExpired(_hub));
    }

    private void SendPart(long number)
    {
        var list = _lists[number];
        var part = new List<ActiveSubscription>();
        var bytes = 0;
        var hasMore = true;
        while (bytes < PartBytes && (hasMore = list.Rest.MoveNext()))
        {
            part.Add(list.Rest.Current);
            bytes += list.Rest.Current.Size;
        }

        if (!hasMore)
            _lists.Remove(number);

        Sender.Tell(new PresenceProtocol.Subscriptions(_hub, list.LastEventId, IsUnchanged: false, part, hasMore ? new RestOfList(Self, number) : null));
    }

    private sealed record Listing(string? LastEventId, IEnumerator<ActiveSubscription> Rest);
}
