using Akka.Actor;
using Mercure.Actors.Log;
using Mercure.Actors.Matching;
using Mercure.Actors.Protocol;

namespace Mercure.Actors.Matcher;

/// <summary>
/// The switchboards that a writer routes to, what each was told, and what those of a cluster want. A window bounds what is
/// in flight to one of them: beyond it rows are skipped, which the switchboard sees as a gap and fills from history at its
/// own pace.
/// </summary>
internal sealed class Links(string hub, long windowBytes)
{
    /// <summary>What may be in flight to one switchboard, in bytes of updates.</summary>
    public const long DefaultWindowBytes = 4 * 1024 * 1024;

    /// <summary>A larger row is not sent to another node, which reads it from the journal: remoting drops what exceeds its frame.</summary>
    private const long MaxRemoteBytes = 1024 * 1024;

    private readonly Dictionary<Guid, Link> _links = [];
    private readonly SelectorIndex<Link> _interests = new();
    private readonly InterestAccount _account = new();
    private readonly List<IReadOnlyList<Link>> _found = [];

    /// <summary>Links a switchboard, from this head on. A late repetition of an earlier attempt changes nothing.</summary>
    public void Connect(LinkProtocol.Connect connect, Epoch epoch, LogHead head, ReadOnlyMemory<byte> idKey)
    {
        if (_links.TryGetValue(connect.Link.Switchboard, out var link) && link.Id.Attempt > connect.Link.Attempt)
            return;

        if (link is null || link.Id != connect.Link)
        {
            link?.Forget(_interests);
            _links[connect.Link.Switchboard] = new Link(connect.Link, connect.Switchboard, head.SequenceNumber);
        }

        connect.Switchboard.Tell(new LinkProtocol.Connected(hub, connect.Link, epoch, head, idKey));
    }

    /// <summary>Takes a switchboard's interests into account from this head on, and tells it so.</summary>
    public void Declare(LinkProtocol.DeclareInterests declare, Epoch epoch, LogHead head)
    {
        if (!_links.TryGetValue(declare.Link.Switchboard, out var link) || link.Id != declare.Link || !link.Declare(declare, _interests))
            return;

        // What the link has left out is told before the answer: the switchboard is level with the head when it reads it.
        link.Send(new LinkProtocol.Routed(hub, link.Id, epoch, link.Told, Row: null, head), bytes: 0);
        link.Switchboard.Tell(new LinkProtocol.InterestsTaken(hub, link.Id, epoch, declare.Number, head));
    }

    public void Received(LinkProtocol.Received received)
    {
        if (_links.TryGetValue(received.Link.Switchboard, out var link) && link.Id == received.Link)
            link.Confirm(received.SequenceNumber);
    }

    /// <summary>Sends the row, or what of it is wanted, to whoever has room for it.</summary>
    public void Route(LogBatch batch, Epoch epoch, LogHead head)
    {
        var whole = new RoutedRow(batch);
        if (_interests.Count > 0)
            FindWanted(batch);

        foreach (var link in _links.Values)
        {
            var wanted = link.TakeWanted(batch);
            // Where nothing is wanted the next message, a tick at the latest, tells the head.
            if (wanted is null)
                continue;

            var row = ReferenceEquals(wanted, batch) ? whole : new RoutedRow(wanted);
            if (link.HasRoom(windowBytes) && (link.IsLocal || wanted.Bytes <= MaxRemoteBytes))
                link.Send(new LinkProtocol.Routed(hub, link.Id, epoch, link.Told, row, head), wanted.Bytes);
            else
                link.Skip(head);
        }
    }

    /// <summary>Tells everyone how the log stands. A new interval begins for what matching their interests may take.</summary>
    public void Tick(Epoch epoch, LogHead head)
    {
        _account.Begin();
        foreach (var link in _links.Values)
            link.Send(new LinkProtocol.Routed(hub, link.Id, epoch, link.Told, Row: null, head), bytes: 0);
    }

    /// <summary>The writer ends: the switchboards need not wait until they notice its silence.</summary>
    public void Close()
    {
        foreach (var link in _links.Values)
            link.Switchboard.Tell(new LinkProtocol.Disconnected(hub, link.Id));
    }

    /// <summary>Forgets a switchboard that has ended.</summary>
    public void Remove(IActorRef switchboard)
    {
        foreach (var (key, link) in _links)
        {
            if (link.Switchboard.Equals(switchboard))
            {
                link.Forget(_interests);
                _links.Remove(key);
            }
        }
    }

    /// <summary>
    /// What cannot be matched within the interval's steps goes to everyone, as it does before they declare their interests: what the
    /// subscribers of a node ask for must not take the writer's time.
    /// </summary>
    private void FindWanted(LogBatch batch)
    {
        foreach (var update in batch.Updates)
        {
            var isComplete = true;
            foreach (var topic in update.Update.Topics)
                isComplete = isComplete && _interests.Find(topic, _found, _account);

            foreach (var links in isComplete ? _found : [_links.Values.ToList()])
            {
                for (var i = 0; i < links.Count; i++)
                    links[i].Want(update);
            }

            _found.Clear();
        }
    }

    /// <summary>Steps that an interval, from tick to tick, has for matching what the nodes want.</summary>
    private sealed class InterestAccount : MatchingAccount<Link>
    {
        /// <summary>Some 30 to 80 ms in 250.</summary>
        private const long Steps = 8 * 1024 * 1024;

        private long _left = Steps;

        public void Begin() => _left = Steps;

        public override bool Charge(long steps) => (_left -= steps) >= 0;

        // Never strict: who does not know a node's interests sends it everything
        public override long LimitFor(TemplateOwners<Link> owners) => long.MaxValue;

        public override void Charge(TemplateOwners<Link> owners, long steps) => Charge(steps);
    }
}
