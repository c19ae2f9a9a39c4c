namespace Mercure.Actors.Matching;

/// <summary>How the text of a selector is read. The numbers are sent between nodes: they never change.</summary>
public enum SelectorKind : byte
{
    /// <summary>A URI template if it parses as one and has an expression, else one topic.</summary>
    Template = 1,

    /// <summary>The reserved <c>*</c> of generation 0.10 and later: every topic.</summary>
    All = 2,
}

/// <summary>
/// What a subscriber asks for: one topic by name, every topic that a URI template can expand to, or all of them. Equal when
/// read alike and written equally. Immutable, and safe to share between threads.
/// </summary>
public sealed class TopicSelector : IEquatable<TopicSelector>
{
    /// <summary>Every topic.</summary>
    public static readonly TopicSelector All = new(SelectorKind.All, "*", template: null);

    private readonly UriTemplate? _template;

    private TopicSelector(SelectorKind kind, string text, UriTemplate? template)
    {
        Kind = kind;
        Text = text;
        _template = template;
    }

    public SelectorKind Kind { get; }

    /// <summary>As the subscriber wrote it.</summary>
    public string Text { get; }

    /// <summary>Whether it is one topic, compared character by character.</summary>
    public bool IsExact => Kind == SelectorKind.Template && _template is null;

    /// <summary>Every topic it matches begins with this; the whole topic when exact.</summary>
    public string LiteralPrefix => Kind == SelectorKind.All ? "" : _template?.LiteralPrefix ?? Text;

    /// <inheritdoc cref="UriTemplate.Parts"/>
    /// <remarks>None when exact.</remarks>
    public int Parts => _template?.Parts ?? 0;

    /// <summary>A template if it parses as one and has an expression, else the plain string, whatever it is.</summary>
    public static TopicSelector Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Contains('{', StringComparison.Ordinal) && UriTemplate.TryParse(text, out var template)
            ? new TopicSelector(SelectorKind.Template, text, template)
            : new TopicSelector(SelectorKind.Template, text, template: null);
    }

    /// <summary>The selector of this kind and text, as another node sent it.</summary>
    public static TopicSelector Of(SelectorKind kind, string text) => kind switch
    {
        SelectorKind.Template => Parse(text),
        SelectorKind.All => All,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "A selector of a later version of the hub."),
    };

    /// <summary>
    /// Whether it selects this topic. A template also matches its own text, which no expansion of it yields, so that one template
    /// can authorize another (spec draft 07, Topic Selectors).
    /// </summary>
    public bool Matches(string topic) => Matches(topic, long.MaxValue, out _);

    /// <summary>
    /// The same, with the steps it took: at least one. When they are more than the limit, the answer is unknown, and false.
    /// </summary>
    internal bool Matches(string topic, long limit, out long steps)
    {
        steps = 1;
        if (Kind == SelectorKind.All || string.Equals(Text, topic, StringComparison.Ordinal))
            return true;
        if (_template is null)
            return false;

        var matches = _template.Matches(topic, out var swept, limit);
        steps += swept;
        return matches && steps <= limit;
    }

    /// <summary>The same, at the expense of a budget; nothing is compared when that is spent.</summary>
    internal bool Matches(string topic, StepBudget budget)
    {
        if (budget.IsSpent)
            return false;

        var matches = Matches(topic, budget.Left, out var steps);
        budget.Spend(steps);
        return matches;
    }

    public bool Equals(TopicSelector? other) => other is not null && Kind == other.Kind && string.Equals(Text, other.Text, StringComparison.Ordinal);

    public override bool Equals(object? obj) => Equals(obj as TopicSelector);

    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => Text;
}
