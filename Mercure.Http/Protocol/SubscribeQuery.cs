using System.Buffers;
using System.Text;
using Mercure.Actors.Matching;

namespace Mercure.Http.Protocol;

/// <summary>What a generation makes of the query of a subscriber.</summary>
/// <param name="LastEventIdNames">Names of the parameter with the last event id, the one that counts first.</param>
/// <param name="ParseSelector">What a topic parameter asks for.</param>
/// <param name="KnowsEarliest">Whether <c>earliest</c> is no id but asks for all the history, and the answer says where it begins.</param>
internal sealed record SubscribeQueryRules(IReadOnlyList<string> LastEventIdNames, Func<string, TopicSelector> ParseSelector, bool KnowsEarliest);

/// <summary>
/// The query of a subscriber. Read by hand and thrown away: ASP.NET Core's own collections would live as long as the
/// stream, in every one of ten thousand idle subscribers.
/// </summary>
internal sealed class SubscribeQuery
{
    private readonly SubscribeQueryRules _rules;
    private int _lastEventIdName = int.MaxValue;
    private int _parts;

    private SubscribeQuery(SubscribeQueryRules rules) => _rules = rules;

    /// <summary>Distinct, in the order of the query. Empty values ask for nothing.</summary>
    public List<TopicSelector> Selectors { get; } = [];

    public string? LastEventId { get; private set; }

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
            if (++fields > Limits.Fields)
                return Rejections.TooManyFields;
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
        for (var i = 0; i < _rules.LastEventIdNames.Count; i++)
        {
            if (_rules.LastEventIdNames[i] == name)
                return SetLastEventId(i, value);
        }

        return UrlEncoding.Check(value);
    }

    private Rejection? AddSelector(ReadOnlySpan<byte> value)
    {
        if (UrlEncoding.DecodedLength(value) > Limits.NameLength)
            return Rejections.SelectorTooLong;
        if (UrlEncoding.Decode(value, out string text) is { } rejection)
            return rejection;
        if (text.Length == 0 || Selectors.Exists(selector => selector.Text == text))
            return null;
        if (Selectors.Count == Limits.Topics)
            return Rejections.TooManySelectors;

        var selector = _rules.ParseSelector(text);
        _parts += selector.Parts;
        Selectors.Add(selector);
        return selector.Parts > Limits.TemplateParts ? Rejections.SelectorTooComplex
            : _parts > Limits.SelectorParts ? Rejections.SelectorsTooComplex
            : null;
    }

    private Rejection? SetLastEventId(int name, ReadOnlySpan<byte> value)
    {
        if (UrlEncoding.Decode(value, out string id) is { } rejection)
            return rejection;
        // Of one name the first value counts, as with every parameter
        if (name < _lastEventIdName && id.Length > 0)
            (_lastEventIdName, LastEventId) = (name, id);
        return null;
    }
}
