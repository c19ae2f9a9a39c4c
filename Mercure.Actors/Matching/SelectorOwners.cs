using System.Collections;
using System.Runtime.InteropServices;

namespace Mercure.Actors.Matching;

/// <summary>
/// One selector of an index and who asked for it, each owner once, in no order. A short list is searched; a long one, and
/// one in which an owner was added twice, also keeps a dictionary of places, so that removal costs the same with
/// ten thousand owners (a mass disconnect removes them all).
/// </summary>
internal class SelectorOwners<T>(TopicSelector selector) : IReadOnlyList<T>
    where T : class
{
    private const int Searched = 16;

    private T[] _owners = new T[1];
    private Dictionary<T, Place>? _places;

    public TopicSelector Selector { get; } = selector;

    public int Count { get; private set; }

    public T this[int index] =>
        index < Count ? _owners[index] : throw new ArgumentOutOfRangeException(nameof(index), index, $"There are {Count} owners.");

    public void Add(T owner)
    {
        var index = IndexOf(owner);
        if (index < 0)
            Append(owner);
        else
            CollectionsMarshal.GetValueRefOrNullRef(EnsurePlaces(), owner).Repeats++;
    }

    /// <summary>False when the owner isn't there.</summary>
    public bool Remove(T owner)
    {
        var index = IndexOf(owner);
        if (index < 0)
            return false;
        if (_places is not null)
        {
            ref var place = ref CollectionsMarshal.GetValueRefOrNullRef(_places, owner);
            if (place.Repeats > 0)
            {
                place.Repeats--;
                return true;
            }
        }

        RemoveAt(index);
        return true;
    }

    public IEnumerator<T> GetEnumerator() => ((IEnumerable<T>)new ArraySegment<T>(_owners, 0, Count)).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private int IndexOf(T owner)
    {
        if (_places is not null)
            return _places.TryGetValue(owner, out var place) ? place.Index : -1;
        return Array.IndexOf(_owners, owner, 0, Count);
    }

    private void Append(T owner)
    {
        if (Count == _owners.Length)
            Array.Resize(ref _owners, Count * 2);
        _owners[Count] = owner;
        _places?.Add(owner, new Place { Index = Count });
        Count++;
        if (Count > Searched)
            EnsurePlaces();
    }

    /// <summary>The last owner takes the place of the one that goes.</summary>
    private void RemoveAt(int index)
    {
        _places?.Remove(_owners[index]);
        Count--;
        if (index < Count)
        {
            _owners[index] = _owners[Count];
            if (_places is not null)
                CollectionsMarshal.GetValueRefOrNullRef(_places, _owners[index]).Index = index;
        }

        _owners[Count] = null!;
        if (Count > 0 && Count <= _owners.Length / 4)
            Shrink();
    }

    private void Shrink()
    {
        Array.Resize(ref _owners, _owners.Length / 2);
        if (Count <= Searched / 2 && _places is not null && _places.Values.All(place => place.Repeats == 0))
            _places = null;
        else
            _places?.TrimExcess(_owners.Length);
    }

    private Dictionary<T, Place> EnsurePlaces()
    {
        if (_places is not null)
            return _places;
        _places = new Dictionary<T, Place>(Count);
        for (var index = 0; index < Count; index++)
            _places.Add(_owners[index], new Place { Index = index });
        return _places;
    }

    [StructLayout(LayoutKind.Auto)]
    private struct Place
    {
        public int Index;

        /// <summary>How often the owner was added beyond the first time.</summary>
        public int Repeats;
    }
}

/// <summary>A template's owners, in the chain of the templates with the same literal prefix.</summary>
internal sealed class TemplateOwners<T>(TopicSelector selector, int prefixLength, ulong prefixHash) : SelectorOwners<T>(selector)
    where T : class
{
    public int PrefixLength { get; } = prefixLength;

    public ulong PrefixHash { get; } = prefixHash;

    public TemplateOwners<T>? Previous { get; set; }

    public TemplateOwners<T>? Next { get; set; }

    /// <summary>Whether it stands in a chain, where it is looked at.</summary>
    public bool IsLinked { get; set; }

    /// <summary>Nobody who owns it is served by the index any more: it leaves its chain when it is met next.</summary>
    public bool IsAside { get; set; }

    /// <summary>Which of the owners pays for it.</summary>
    public int Payer { get; set; }
}
