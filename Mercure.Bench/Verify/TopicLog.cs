using System.Runtime.InteropServices;

namespace Mercure.Bench.Verify;

/// <summary>
/// The order of one topic's updates, as its first readers saw it: whoever comes to the end of the log appends, all others must
/// find the same update with the same id at their own place. So a subscriber costs one comparison an event, and no two can
/// disagree unseen. Used by one thread at a time.
/// </summary>
internal sealed class TopicLog
{
    /// <summary>How far from its place an update is searched for once an order differs; a run with such a fault has failed anyway.</summary>
    private const int SearchRange = 4096;

    private readonly HashSet<ulong> _keys = [];
    private readonly HashSet<ulong> _ids = [];
    private readonly HashSet<ulong> _unlogged = [];
    private Entry[] _entries = new Entry[256];
    private int _count;

    /// <summary>Subscribers of this topic.</summary>
    public int Subscribers { get; set; }

    /// <summary>Called with the key once as many subscribers as there are have read the update.</summary>
    public Action<ulong>? Completed { get; set; }

    /// <summary>Files what a subscriber has read; <paramref name="cursor"/> is its place in the log.</summary>
    public Verdict Read(ref int cursor, ulong key, ulong id)
    {
        if (cursor == _count)
            return Append(ref cursor, key, id);
        if (_entries[cursor].Key == key)
            return Agree(cursor++, id);
        return Search(ref cursor, key, id);
    }

    private Verdict Append(ref int cursor, ulong key, ulong id)
    {
        // This one passed it to read a later one first
        if (!_keys.Add(key))
            return Verdict.OutOfOrder;
        if (_count == _entries.Length)
            Array.Resize(ref _entries, _count * 2);
        _entries[_count] = new Entry { Key = key, Id = id };
        cursor = ++_count;
        Count(cursor - 1);

        // Somebody else has read this one before an update that the log holds already
        if (_unlogged.Count > 0 && _unlogged.Remove(key))
            return Verdict.OutOfOrder;
        return _ids.Add(id) ? Verdict.Good : Verdict.RepeatedId;
    }

    private Verdict Agree(int index, ulong id)
    {
        Count(index);
        return _entries[index].Id == id ? Verdict.Good : Verdict.OtherId;
    }

    private Verdict Search(ref int cursor, ulong key, ulong id)
    {
        for (var ahead = cursor + 1; ahead < Math.Min(_count, cursor + SearchRange); ahead++)
        {
            if (_entries[ahead].Key != key)
                continue;
            cursor = ahead + 1;
            return Agree(ahead, id);
        }

        if (_keys.Contains(key))
            return Verdict.OutOfOrder;

        // The log's first reader may have lost it, or may get it later, which is another order: the append will tell
        _unlogged.Add(key);
        return Verdict.Good;
    }

    private void Count(int index)
    {
        if (++_entries[index].Readers == Subscribers)
            Completed?.Invoke(_entries[index].Key);
    }

    [StructLayout(LayoutKind.Auto)]
    private struct Entry
    {
        public ulong Key;
        public ulong Id;
        public int Readers;
    }
}
