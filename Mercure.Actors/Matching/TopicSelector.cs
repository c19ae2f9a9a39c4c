namespace Mercure.Actors.Matching;

/// <summary>
/// What a subscriber asks for: one topic by name, or every topic that a URI template can expand to. Equal when written
/// equally. Immutable, and safe to share between threads.
/// </summary>
public sealed class TopicSelector : IEquatable<TopicSelector>
{
    private readonly UriTemplate? _template;

    private TopicSelector(string text, UriTemplate? template)
    {
        Text = text;
        _template = template;
    }

    /// <summary>As the subscriber wrote it.</summary>
    public string Text { get; }

    /// <summary>Whether it is one topic, compared character by character.</summary>
    public bool IsExact => _template is null;

    /// <summary>Every topic it matches begins with this; the whole topic when exact.</summary>
    public string LiteralPrefix => _template?.LiteralPrefix ?? Text;

    /// <inheritdoc cref="UriTemplate.Parts"/>
    /// <remarks>None when exact.</remarks>
    public int Parts => _template?.Parts ?? 0;

    /// <summary>A template if it parses as one and has an expression, else the plain string.</summary>
    public static TopicSelector Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Contains('{', StringComparison.Ordinal) && UriTemplate.TryParse(text, out var template)
            ? new TopicSelector(text, template)
            : new TopicSelector(text, template: null);
    }

    public bool Matches(string topic) => _template?.Matches(topic) ?? string.Equals(Text, topic, StringComparison.Ordinal);

    public bool Equals(TopicSelector? other) => other is not null && string.Equals(Text, other.Text, StringComparison.Ordinal);

    public override bool Equals(object? obj) => Equals(obj as TopicSelector);

    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => Text;
}
