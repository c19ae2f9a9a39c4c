using Akka.Actor;
using Mercure.Actors.Log;
using Mercure.Actors.Protocol;

namespace Mercure.Actors.Matcher;

/// <summary>
/// The switchboards that a writer routes to, and what each was told. A window bounds what is in flight to one of them:
/// beyond it rows are skipped, which the switchboard sees as a gap and fills from history at its own pace.
/// </summary>
internal sealed class Links(string hub, long windowBytes)
{
    /// <summary>What may be in flight to one switchboard, in bytes of updates.</summary>
    public const long DefaultWindowBytes = 4 * 1024 * 1024;

    /// <summary>A larger row is not sent to another node, which reads it from the journal: remoting drops what exceeds its frame.</summary>
    private const long MaxRemoteBytes = 1024 * 1024;

    private readonly Dictionary<Guid, Link> _links = [];

    public int Count => _links.Count;

    /// <summary>Links a switchboard, from this head on. A late repetition of an earlier attempt changes nothing.</summary>
    public void Connect(LinkProtocol.Connect connect, Epoch epoch, LogHead head, ReadOnlyMemory<byte> idKey)
    {
        if (_links.TryGetValue(connect.Link.Switchboard, out var link) && link.Id.Attempt > connect.Link.Attempt)
            return;

        if (link is null || link.Id != connect.Link)
            _links[connect.Link.Switchboard] = new Link(connect.Link, connect.Switchboard, head.SequenceNumber);

        connect.Switchboard.Tell(new LinkProtocol.Connected(hub, connect.Link, epoch, head, idKey));
    }

    public void Received(LinkProtocol.Received received)
    {
        if (_links.TryGetValue(received.Link.Switchboard, out var link) && link.Id == received.Link)
            link.Confirm(received.SequenceNumber);
    }

    /// <summary>Sends the row to whoever has room for it.</summary>
    public void Route(LogBatch batch, Epoch epoch, LogHead head)
    {
        var row = new RoutedRow(batch);
        foreach (var link in _links.Values)
        {
            if (link.HasRoom(windowBytes) && (link.IsLocal || batch.Bytes <= MaxRemoteBytes))
                link.Send(new LinkProtocol.Routed(hub, link.Id, epoch, link.Told, row, head), batch.Bytes);
            else
                link.Skip(head);
        }
    }

    /// <summary>Tells everyone how the log stands.</summary>
    public void Tick(Epoch epoch, LogHead head)
    {
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
                _links.Remove(key);
        }
    }

    private sealed class Link(LinkId id, IActorRef switchboard, long told)
    {
        private readonly Queue<(long SequenceNumber, long Bytes)> _inFlight = new();
        private long _inFlightBytes;

        public LinkId Id { get; } = id;

        public IActorRef Switchboard { get; } = switchboard;

        /// <summary>
        /// Sequence number that this link knows of. A skipped row moves it too: the next message then begins further on than
        /// the switchboard has come, which is how it learns that it must read the journal.
        /// </summary>
        public long Told { get; private set; } = told;

        public bool IsLocal { get; } = ((IActorRefScope)switchboard).IsLocal;

        public bool HasRoom(long windowBytes) => _inFlightBytes <= windowBytes;

        public void Send(LinkProtocol.Routed message, long bytes)
        {
            Switchboard.Tell(message);
            Told = message.Head.SequenceNumber;
            if (bytes > 0)
            {
                _inFlight.Enqueue((Told, bytes));
                _inFlightBytes += bytes;
            }
        }

        public void Skip(LogHead head) => Told = head.SequenceNumber;

        public void Confirm(long sequenceNumber)
        {
            while (_inFlight.TryPeek(out var oldest) && oldest.SequenceNumber <= sequenceNumber)
            {
                _inFlight.Dequeue();
                _inFlightBytes -= oldest.Bytes;
            }
        }
    }
}
