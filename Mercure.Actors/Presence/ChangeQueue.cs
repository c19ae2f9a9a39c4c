namespace Mercure.Actors.Presence;

/// <summary>
/// What waits to be told to the writer of the log, in the order in which it came, but for this: connections with many subscriptions
/// don't hold up those with few. A record has room for both; whoever has a thousand waits for others who have.
/// </summary>
/// <typeparam name="T">A change of one subscription.</typeparam>
internal sealed class ChangeQueue<T>
{
    /// <summary>Subscriptions of a connection with few.</summary>
    private const int Few = 16;

    /// <summary>Of as many changes one is of a connection with many, while there are any.</summary>
    private const int Turns = 4;

    private readonly Lane _few = new();
    private readonly Lane _many = new();
    private int _turn;

    public int Count => _few.Changes.Count + _many.Changes.Count;

    /// <summary>Changes left of the full set, which comes before all others; -1 when it has been told.</summary>
    public int FullSetLeft => _few.FullSetLeft < 0 ? -1 : _few.FullSetLeft + _many.FullSetLeft;

    public void Enqueue(T change, int subscriptions) => (subscriptions <= Few ? _few : _many).Changes.Enqueue(change);

    public void Clear()
    {
        _few.Changes.Clear();
        _many.Changes.Clear();
    }

    /// <summary>What waits now is the full set.</summary>
    public void BeginFullSet()
    {
        _few.FullSetLeft = _few.Changes.Count;
        _many.FullSetLeft = _many.Changes.Count;
    }

    public void EndFullSet() => _few.FullSetLeft = _many.FullSetLeft = -1;

    /// <summary>The next; of the full set alone until it is told.</summary>
    public bool TryDequeue(out T? change)
    {
        _turn = (_turn + 1) % Turns;
        var (first, second) = _turn == 0 ? (_many, _few) : (_few, _many);
        return first.TryDequeue(out change) || second.TryDequeue(out change);
    }

    /// <summary>Takes out what nobody needs any more.</summary>
    public void RemoveAll(Predicate<T> match)
    {
        _few.RemoveAll(match);
        _many.RemoveAll(match);
    }

    private sealed class Lane
    {
        public Queue<T> Changes { get; } = new();

        public int FullSetLeft { get; set; } = -1;

        public bool TryDequeue(out T? change)
        {
            change = default;
            if (FullSetLeft == 0 || !Changes.TryDequeue(out change))
                return false;

            if (FullSetLeft > 0)
                FullSetLeft--;

            return true;
        }

        public void RemoveAll(Predicate<T> match)
        {
            var fullSet = FullSetLeft;
            for (var count = Changes.Count; count > 0; count--)
            {
                var change = Changes.Dequeue();
                var isOfFullSet = fullSet-- > 0;
                if (!match(change))
                    Changes.Enqueue(change);
                else if (isOfFullSet)
                    FullSetLeft--;
            }
        }
    }
}
