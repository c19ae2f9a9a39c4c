using System.Buffers;
using System.Text;
using Mercure.Actors.Matching;

namespace Mercure.Http.Protocol;

/// <summary>What a generation makes of the query of a subscriber.</summary>
/// <param name="ParseSelector">What a topic parameter asks for.</param>
/// <param name="KnowsEarliest">Whether <c>earliest</c> is no id but asks for all the history, and the answer says where it begins.</param>
/// <param name="MaxTopics">Topics that a subscriber may have.</param>
internal sealed record SubscribeQueryRules(Func<string, TopicSelector> ParseSelector, bool KnowsEarliest, int MaxTopics = Limits.Topics)
{
    public int MaxFields => MaxTopics + Limits.OtherFields;
}

/// <summary>
/// The query of a subscriber. Read by hand and thrown away: ASP.NET Core's own collections would live as long as the
/// stream, in every one of ten thousand idle subscribers.
/// </summary>
internal sealed class SubscribeQuery
{
    private const int FewSelectors = 16;

    private readonly SubscribeQueryRules _rules;
    private int _parts;

    /// <summary>Of the selectors, once there are more than a few: comparing each with all others would take a million steps.</summary>
    private HashSet<string>? _texts;

    private SubscribeQuery(SubscribeQueryRules rules) => _rules = rules;

    /// <summary>Distinct, in the order of the query. Empty values ask for nothing.</summary>
    public List<TopicSelector> Selectors { get; } = [];

    public LastEventIds LastEventIds { get; } = new();

    /// <summary>Reads the query (with or without its question mark), or says which rule it breaks.</summary>
    public static Rejection? Parse(string query, SubscribeQueryRules rules, out SubscribeQuery parsed)
    {
        parsed = new SubscribeQuery(rules);
        var rented = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(query.Length));
        var length = Encoding.UTF8.GetBytes(query, rented);
        var rejection = parsed.Parse(rented.AsSpan(0, length));
        ArrayPool<byte>.Shared.Return(rented);
        return rejection;
    }

    private Rejection? Parse(ReadOnlySpan<byte> query)
    {
        if (query.StartsWith("?"u8))
            query = query[1..];

        var fields = 0;
        while (UrlEncoding.TryTakeField(ref query, out var name, out var value))
        {
            if (++fields > _rules.MaxFields)
                return Rejections.TooManyFields(_rules.MaxFields);
            if (UrlEncoding.Decode(name, out string key) is { } malformedName)
                return malformedName;
            if (AddField(key, value) is { } rejection)
                return rejection;
        }

        return Selectors.Count == 0 ? Rejections.SelectorMissing : null;
    }

    private Rejection? AddField(string name, ReadOnlySpan<byte> value)
    {
        if (name is "topic")
            return AddSelector(value);
        return LastEventIds.IsName(name) ? AddLastEventId(value) : UrlEncoding.Check(value);
    }

    private Rejection? AddSelector(ReadOnlySpan<byte> value)
    {
        if (UrlEncoding.DecodedLength(value) > Limits.NameLength)
            return Rejections.SelectorTooLong;
        if (UrlEncoding.Decode(value, out string text) is { } rejection)
            return rejection;
        if (text.Length == 0 || IsKnown(text))
            return null;
        if (Selectors.Count == _rules.MaxTopics)
            return Rejections.TooManySelectors(_rules.MaxTopics);

        var selector = _rules.ParseSelector(text);
        _parts += selector.Parts;
        Selectors.Add(selector);
        _texts?.Add(text);
        return selector.Parts > Limits.TemplateParts ? Rejections.SelectorTooComplex
            : _parts > Limits.SelectorParts ? Rejections.SelectorsTooComplex
            : null;
    }

    private bool IsKnown(string text)
    {
        if (Selectors.Count == FewSelectors)
            _texts ??= Selectors.ConvertAll(static selector => selector.Text).ToHashSet(StringComparer.Ordinal);
        return _texts?.Contains(text) ?? Selectors.Exists(selector => selector.Text == text);
    }

    private Rejection? AddLastEventId(ReadOnlySpan<byte> value) =>
        UrlEncoding.Decode(value, out string id) ?? LastEventIds.Add(id);
}
