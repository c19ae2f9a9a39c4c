namespace Mercure.Actors.Catchup;

/// <summary>Pages by their first row, the least recently used dropped beyond a size. An actor owns it.</summary>
internal sealed class PageCache(long maxBytes)
{
    /// <summary>What a page costs besides its updates.</summary>
    private const long Overhead = 4096;

    private readonly SortedList<long, LinkedListNode<Cached>> _pages = [];
    private readonly LinkedList<Cached> _byUse = new();
    private Page? _newest;
    private long _bytes;

    public static long EndOfBlock(long row) => (row / History.BlockRows * History.BlockRows) + History.BlockRows - 1;

    /// <summary>The page with this row; null when it must be read.</summary>
    public Page? Find(long row)
    {
        if (_newest is not null && _newest.Holds(row))
            return _newest;

        var index = Floor(row);
        if (index < 0)
            return null;

        var node = _pages.Values[index];
        // A page that begins later than it was asked to still answers for the trimmed rows before it.
        if (node.Value.Page.LastRow < row)
            return null;

        _byUse.Remove(node);
        _byUse.AddLast(node);
        return node.Value.Page;
    }

    /// <summary>Where the page with this row begins: behind the page before it, or at its block.</summary>
    public long StartFor(long row)
    {
        var block = Math.Max(1, row / History.BlockRows * History.BlockRows);
        var index = Floor(row);
        return index < 0 ? block : Math.Max(block, _pages.Values[index].Value.Page.LastRow + 1);
    }

    /// <param name="from">The row it was asked to begin with.</param>
    /// <param name="page">What was read.</param>
    /// <param name="isFull">Whether nothing can be added to it any more.</param>
    public void Add(long from, Page page, bool isFull)
    {
        if (!isFull)
        {
            _newest = page;
            return;
        }

        if (_pages.ContainsKey(from))
            return;

        _pages.Add(from, _byUse.AddLast(new Cached(from, page)));
        _bytes += page.Bytes + Overhead;
        while (_bytes > maxBytes && _byUse.Count > 1)
            DropLeastUsed();
    }

    private void DropLeastUsed()
    {
        var cached = _byUse.First!.Value;
        _byUse.RemoveFirst();
        _pages.Remove(cached.From);
        _bytes -= cached.Page.Bytes + Overhead;
    }

    /// <summary>Index of the last page that begins at or before the row; -1 when there is none.</summary>
    private int Floor(long row)
    {
        var low = 0;
        var high = _pages.Count - 1;
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (_pages.Keys[middle] <= row)
                low = middle + 1;
            else
                high = middle - 1;
        }

        return high;
    }

    private sealed record Cached(long From, Page Page);
}
