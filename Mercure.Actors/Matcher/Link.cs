using Akka.Actor;
using Mercure.Actors.Log;
using Mercure.Actors.Matching;
using Mercure.Actors.Protocol;
using Mercure.Actors.Updates;

namespace Mercure.Actors.Matcher;

/// <summary>One switchboard that a writer routes to.</summary>
internal sealed class Link(LinkId id, IActorRef switchboard, long told)
{
    private readonly Queue<(long SequenceNumber, long Bytes)> _inFlight = new();
    private readonly HashSet<TopicSelector> _selectors = [];
    private readonly List<StoredUpdate> _wanted = [];
    private long _inFlightBytes;
    private long _declared;
    private bool _isNarrow;
    private bool _isIncomprehensible;

    public LinkId Id { get; } = id;

    public IActorRef Switchboard { get; } = switchboard;

    public bool IsLocal { get; } = ((IActorRefScope)switchboard).IsLocal;

    /// <summary>
    /// Sequence number that this link knows of. A skipped row moves it too: the next message then begins further on than
    /// the switchboard has come, which is how it learns that it must read the journal. A row that it does not want does not.
    /// </summary>
    public long Told { get; private set; } = told;

    public bool HasRoom(long windowBytes) => _inFlightBytes <= windowBytes;

    /// <summary>Takes a declaration of interests, once. False for one that must not come yet.</summary>
    public bool Declare(LinkProtocol.DeclareInterests declare, SelectorIndex<Link> index)
    {
        if (declare.Number != _declared + 1)
            return declare.Number <= _declared;

        _declared = declare.Number;
        foreach (var selector in declare.Removed)
        {
            if (_selectors.Remove(selector))
                index.Remove(selector, this);
        }

        foreach (var selector in declare.Added)
        {
            if (!_selectors.Contains(selector))
                _selectors.Add(index.Add(selector, this));
        }

        _isIncomprehensible |= declare.HasUnknown;
        _isNarrow |= declare.IsComplete;
        return true;
    }

    public void Forget(SelectorIndex<Link> index)
    {
        foreach (var selector in _selectors)
            index.Remove(selector, this);

        _selectors.Clear();
    }

    /// <summary>The update in hand matches one of its selectors.</summary>
    public void Want(StoredUpdate update)
    {
        if (_wanted.Count == 0 || !ReferenceEquals(_wanted[^1], update))
            _wanted.Add(update);
    }

    /// <summary>What of the row it wants, which is everything unless it declared its interests; null for nothing.</summary>
    public LogBatch? TakeWanted(LogBatch batch)
    {
        var wanted = !_isNarrow || _isIncomprehensible ? batch
            : _wanted.Count == 0 ? null
            : _wanted.Count == batch.Updates.Count ? batch
            : batch.Only([.. _wanted]);
        _wanted.Clear();
        return wanted;
    }

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
