namespace Mercure.Actors.Matching;

/// <summary>
/// Finds who asked for a topic, in time that does not grow with those who asked for something else. Not thread-safe:
/// an actor owns it.
/// </summary>
public sealed class SelectorIndex<T>
    where T : class
{
    private readonly Dictionary<string, SelectorOwners<T>> _selectors = new(StringComparer.Ordinal);
    private readonly PrefixTable<T> _templates = new();

    /// <summary>Distinct selectors held.</summary>
    public int Count => _selectors.Count;

    /// <summary>The distinct selectors held, in no order. Don't change the index while reading them.</summary>
    public IEnumerable<TopicSelector> Selectors => _selectors.Values.Select(owners => owners.Selector);

    /// <summary>Whether anyone asked for this selector as it is written.</summary>
    public bool Contains(TopicSelector selector) => _selectors.ContainsKey(selector.Text);

    /// <summary>
    /// Adds an owner to a selector (a count is kept: the same pair added twice is removed by two removals). Returns the equal
    /// selector that the index holds: an owner that keeps this one, not its own, shares the parsed template with all the others.
    /// </summary>
    public TopicSelector Add(TopicSelector selector, T owner)
    {
        if (!_selectors.TryGetValue(selector.Text, out var owners))
        {
            owners = selector.IsExact ? new SelectorOwners<T>(selector) : _templates.Add(selector);
            _selectors.Add(selector.Text, owners);
        }

        owners.Add(owner);
        return owners.Selector;
    }

    /// <summary>Undoes one <see cref="Add"/>; does nothing when there was none.</summary>
    public void Remove(TopicSelector selector, T owner)
    {
        if (!_selectors.TryGetValue(selector.Text, out var owners) || !owners.Remove(owner) || owners.Count > 0)
            return;
        _selectors.Remove(selector.Text);
        if (owners is TemplateOwners<T> template)
            _templates.Remove(template);
    }

    /// <summary>
    /// Adds to <paramref name="found"/> the list of owners of every selector that matches; an owner with two matching
    /// selectors is found twice. The lists are the index's own: read them before it changes, don't change them.
    /// </summary>
    public void Find(string topic, List<IReadOnlyList<T>> found)
    {
        if (Exact(topic) is { } owners)
            found.Add(owners);
        _templates.Find(topic, found);
    }

    /// <summary>Whether any selector matches.</summary>
    public bool Any(string topic) => Exact(topic) is not null || _templates.Find(topic, found: null);

    /// <summary>A topic may be spelt like a template that someone asked for; it isn't what that one asked for.</summary>
    private SelectorOwners<T>? Exact(string topic) =>
        _selectors.TryGetValue(topic, out var owners) && owners.Selector.IsExact ? owners : null;
}
