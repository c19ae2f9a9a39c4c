using Mercure.Actors.Log;
using Mercure.Actors.Matching;
using Mercure.Actors.Protocol;

namespace Mercure.Actors.Live;

/// <summary>
/// What the subscribers of a node want, and since which row the writer knows it: so that an update which nobody here wants
/// does not cross to this node. The switchboard of a node in a cluster owns it.
/// </summary>
/// <remarks>
/// A link begins with everything. The node declares its selectors, in messages that are numbered and sent one at a time, each
/// until it is answered; with the last of them the link is narrow. A selector that comes later is covered from the head
/// with which the writer answers its declaration, and not before: rows up to that one may have gone by without its updates.
/// While the link is not narrow, or there is none, a new selector is covered at once, since what the next link does not
/// bring is read from the journal. A selector that nobody wants any more lingers for a while, as clients come back. Beyond
/// a number of selectors the node takes everything: to match them all would cost the writer more than the node saves.
/// </remarks>
internal sealed class Interests(string hub, int limit, int lingerTicks)
{
    /// <summary>Selectors declared in one message.</summary>
    internal const int MessageSelectors = 1_000;

    /// <summary>Characters of selectors after which a message is full.</summary>
    private const int MessageLength = 64 * 1024;

    /// <summary>Ticks without an answer after which a declaration is sent again, and again.</summary>
    private const int ResendTicks = 2;

    /// <summary>Ticks without an answer after which the link is of no use, though it may still bring something.</summary>
    private const int PatienceTicks = 8;

    private const long NotCovered = long.MinValue;

    private readonly Dictionary<TopicSelector, Interest> _interests = [];
    private readonly Queue<Interest> _undeclared = new();
    private readonly HashSet<TopicSelector> _unwanted = [];
    private readonly Queue<(Interest Interest, long Since)> _lingering = new();
    private readonly List<Interest> _declaring = [];

    private LinkId? _link;
    private LinkProtocol.DeclareInterests? _sent;
    private long _number;
    private long _sentAt;
    private bool _isNarrow;
    private bool _isWide;
    private bool _hasDeclared;
    private bool _isAsked;
    private long _tick;

    /// <summary>Number of the declaration that the writer answered last.</summary>
    public long Taken { get; private set; }

    /// <summary>Number of the declaration that will say what is wanted now.</summary>
    public long NextNumber => _number + 1;

    /// <summary>Distinct selectors that are wanted or linger.</summary>
    public int Count => _interests.Count;

    /// <summary>Whether there are too many by now for what was declared on this link, or nobody answers on it.</summary>
    public bool MustRelink => (_isWide && _hasDeclared) || (_sent is not null && _tick - _sentAt >= PatienceTicks);

    /// <summary>The link is given up: everything after this row will be read, or come by the next.</summary>
    public void Unlink(long watermark)
    {
        _link = null;
        _sent = null;
        _isNarrow = _hasDeclared = _isAsked = false;
        _declaring.Clear();
        _number = Taken = 0;
        foreach (var interest in _interests.Values)
        {
            if (interest.CoveredFrom == NotCovered)
                interest.CoveredFrom = watermark;
        }
    }

    /// <summary>There is a link, which brings everything until it knows better.</summary>
    public void Link(LinkId link)
    {
        _link = link;
        DeclareAll();
    }

    /// <summary>Someone wants these, until <see cref="Release"/>.</summary>
    public void Hold(IReadOnlyList<TopicSelector> selectors, long watermark)
    {
        foreach (var selector in selectors)
        {
            if (!_interests.TryGetValue(selector, out var interest))
                interest = Add(selector, watermark);

            interest.Holders++;
        }
    }

    public void Release(IReadOnlyList<TopicSelector> selectors)
    {
        foreach (var selector in selectors)
        {
            var interest = _interests[selector];
            if (--interest.Holders > 0)
                continue;

            interest.ReleasedAt = _tick;
            if (!interest.Lingers)
                _lingering.Enqueue((interest, _tick));

            interest.Lingers = true;
        }
    }

    /// <summary>The row after which all updates for these, which someone holds, arrive; null while the writer has not said.</summary>
    public long? CoveredFrom(IReadOnlyList<TopicSelector> selectors)
    {
        var from = -1L;
        foreach (var selector in selectors)
        {
            var covered = _interests[selector].CoveredFrom;
            if (covered == NotCovered)
                return null;

            from = Math.Max(from, covered);
        }

        return from;
    }

    /// <summary>The next declaration is sent even if it says nothing new, for the sake of its answer.</summary>
    public void Ask() => _isAsked = true;

    /// <summary>The declaration to be sent now; null when there is none, or one is not answered yet.</summary>
    public LinkProtocol.DeclareInterests? Next()
    {
        var declares = !_isWide && (_undeclared.Count > 0 || _unwanted.Count > 0 || !_isNarrow);
        if (_link is not { } link || _sent is not null || !(declares || _isAsked))
            return null;

        var removed = declares ? TakeUnwanted() : [];
        var added = declares ? TakeUndeclared() : [];
        _hasDeclared |= declares;
        _isNarrow |= declares && _undeclared.Count == 0;
        _isAsked = false;
        _sentAt = _tick;
        return _sent = new LinkProtocol.DeclareInterests(hub, link, ++_number, added, removed, _isNarrow);
    }

    /// <summary>The writer answered a declaration: what it added is covered from this head.</summary>
    public void OnTaken(long number, LogHead head)
    {
        if (_sent is null || number != _number)
            return;

        _sent = null;
        Taken = number;
        foreach (var interest in _declaring)
        {
            if (interest.CoveredFrom == NotCovered)
                interest.CoveredFrom = head.SequenceNumber;
        }

        _declaring.Clear();
    }

    /// <summary>Time passes: what lingered long enough goes. Returns the declaration to be sent again; null for none.</summary>
    public LinkProtocol.DeclareInterests? Tick()
    {
        _tick++;
        while (_lingering.TryPeek(out var oldest) && _tick - oldest.Since >= lingerTicks)
            EndLingering();

        if (_isWide && _interests.Count <= limit / 2)
        {
            _isWide = false;
            DeclareAll();
        }

        return _sent is not null && (_tick - _sentAt) % ResendTicks == ResendTicks - 1 ? _sent : null;
    }

    private Interest Add(TopicSelector selector, long watermark)
    {
        var interest = new Interest(selector) { CoveredFrom = _isNarrow ? NotCovered : watermark };
        _interests.Add(selector, interest);
        // The writer still has one whose removal it was not told; but it may have been told, and since when we forgot.
        _unwanted.Remove(selector);
        for (var tries = _lingering.Count; tries > 0 && _interests.Count > limit; tries--)
            EndLingering(evenIfNew: true);

        _isWide |= _interests.Count > limit;
        if (!_isWide)
            _undeclared.Enqueue(interest);

        return interest;
    }

    private void DeclareAll()
    {
        _undeclared.Clear();
        _unwanted.Clear();
        foreach (var interest in _interests.Values)
        {
            interest.IsDeclared = false;
            if (!_isWide)
                _undeclared.Enqueue(interest);
        }
    }

    private void EndLingering(bool evenIfNew = false)
    {
        var (interest, since) = _lingering.Dequeue();
        if (interest.Holders > 0)
        {
            interest.Lingers = false;
        }
        else if (interest.ReleasedAt > since && !evenIfNew)
        {
            // Wanted in between: its time began anew.
            _lingering.Enqueue((interest, interest.ReleasedAt));
        }
        else
        {
            interest.IsGone = true;
            _interests.Remove(interest.Selector);
            if (interest.IsDeclared)
                _unwanted.Add(interest.Selector);
        }
    }

    private List<TopicSelector> TakeUndeclared()
    {
        var added = new List<TopicSelector>();
        var length = 0;
        while (added.Count < MessageSelectors && length < MessageLength && _undeclared.TryDequeue(out var interest))
        {
            if (interest.IsGone)
                continue;

            interest.IsDeclared = true;
            added.Add(interest.Selector);
            _declaring.Add(interest);
            length += interest.Selector.Text.Length;
        }

        return added;
    }

    private List<TopicSelector> TakeUnwanted()
    {
        var removed = new List<TopicSelector>();
        var length = 0;
        foreach (var selector in _unwanted)
        {
            if (removed.Count >= MessageSelectors || length >= MessageLength)
                break;

            removed.Add(selector);
            length += selector.Text.Length;
        }

        _unwanted.ExceptWith(removed);
        return removed;
    }

    private sealed class Interest(TopicSelector selector)
    {
        public TopicSelector Selector { get; } = selector;

        public int Holders { get; set; }

        /// <summary>The row after which its updates arrive.</summary>
        public long CoveredFrom { get; set; }

        public bool IsDeclared { get; set; }

        /// <summary>Whether it stands in the queue of those that linger.</summary>
        public bool Lingers { get; set; }

        public long ReleasedAt { get; set; }

        public bool IsGone { get; set; }
    }
}
