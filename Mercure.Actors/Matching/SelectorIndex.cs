namespace Mercure.Actors.Matching;

/// <summary>
/// Finds who asked for a topic, in time that does not grow with those who asked for something else. Not thread-safe:
/// an actor owns it.
/// </summary>
public sealed class SelectorIndex<T>
    where T : class
{
    /// <summary>Distinct selectors held.</summary>
    public int Count => throw new NotSupportedException();

    /// <summary>Adds an owner to a selector (a count is kept: the same pair added twice is removed by two removals).</summary>
    public void Add(TopicSelector selector, T owner) => throw new NotSupportedException();

    public void Remove(TopicSelector selector, T owner) => throw new NotSupportedException();

    /// <summary>
    /// Adds to <paramref name="found"/> the list of owners of every selector that matches; an owner with two matching
    /// selectors is found twice. The lists are the index's own: read them before it changes, don't change them.
    /// </summary>
    public void Find(string topic, List<IReadOnlyList<T>> found) => throw new NotSupportedException();
}
