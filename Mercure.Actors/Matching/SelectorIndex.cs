namespace Mercure.Actors.Matching;

/// <summary>
/// Finds who asked for a topic, in time that does not grow with those who asked for something else. Not thread-safe:
/// an actor owns it.
/// </summary>
internal sealed class SelectorIndex<T>
    where T : class
{
    private readonly Dictionary<string, SelectorOwners<T>> _exact = new(StringComparer.Ordinal);
    private readonly Dictionary<TopicSelector, TemplateOwners<T>> _patterns = [];
    private readonly PrefixTable<T> _byPrefix = new();

    /// <summary>Distinct selectors held.</summary>
    public int Count => _exact.Count + _patterns.Count;

    /// <summary>
    /// Adds an owner to a selector (a count is kept: the same pair added twice is removed by two removals). Returns the equal
    /// selector that the index holds: an owner that keeps this one, not its own, shares the parsed template with all the others.
    /// </summary>
    public TopicSelector Add(TopicSelector selector, T owner)
    {
        var owners = OwnersOf(selector) ?? AddSelector(selector);
        owners.Add(owner);
        if (owners is TemplateOwners<T> { IsAside: true } aside)
            _byPrefix.Restore(aside);
        return owners.Selector;
    }

    /// <summary>Undoes one <see cref="Add"/>; does nothing when there was none.</summary>
    public void Remove(TopicSelector selector, T owner)
    {
        if (OwnersOf(selector) is not { } owners || !owners.Remove(owner) || owners.Count > 0)
            return;
        if (owners is TemplateOwners<T> pattern)
        {
            _patterns.Remove(selector);
            _byPrefix.Remove(pattern);
        }
        else
        {
            _exact.Remove(selector.Text);
        }
    }

    /// <summary>
    /// Adds to <paramref name="found"/> the list of owners of every selector that matches; an owner with two matching
    /// selectors is found twice. The lists are the index's own: read them before it changes, don't change them. False when the
    /// account ended the search, and owners may be missing.
    /// </summary>
    public bool Find(string topic, List<IReadOnlyList<T>> found, MatchingAccount<T>? account = null)
    {
        if (_exact.TryGetValue(topic, out var owners))
            found.Add(owners);
        return _byPrefix.Find(topic, found, account);
    }

    private SelectorOwners<T>? OwnersOf(TopicSelector selector) =>
        selector.IsExact ? _exact.GetValueOrDefault(selector.Text) : _patterns.GetValueOrDefault(selector);

    private SelectorOwners<T> AddSelector(TopicSelector selector)
    {
        if (selector.IsExact)
            return _exact[selector.Text] = new SelectorOwners<T>(selector);
        var owners = _byPrefix.Add(selector);
        _patterns.Add(selector, owners);
        return owners;
    }
}
