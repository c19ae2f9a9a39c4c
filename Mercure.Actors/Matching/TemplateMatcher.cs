using System.Text;

namespace Mercure.Actors.Matching;

/// <summary>
/// Reads a template backwards. It keeps the set of topic positions that what came before in the template can reach, and
/// takes that set through one part after the other, each in one sweep over the positions. A sweep does a constant amount
/// of work a position, plus the length of a literal or a name where one is compared, so that a match costs at most
/// <c>(topic length + 1) × template length</c> steps, whatever the template.
/// </summary>
/// <remarks>
/// A position is a byte of flags. Between parts, <c>Open</c> says that it is reached. Inside an expression <c>Open</c> says: reached
/// with all variables so far undefined, and <c>Some</c>: reached with at least one defined, so that a separator comes next.
/// Inside a variable:
/// <code>
/// Named ──=──► Equals ──character──► Value ◄─character, or comma in a list      Named: after the variable's name
/// Key ───=──┘  Key ◄─character                                                  Key: in a name of an associative array
/// exploded: where the variable can end, separator ──► Key or Named
/// </code>
/// Under <c>:n</c> a position in <c>Value</c> also keeps the number of characters used to reach it. Only the smallest is kept:
/// whatever can follow a larger count can follow a smaller one.
/// </remarks>
internal ref struct TemplateMatcher
{
    private const byte Open = 1;
    private const byte Some = 2;
    private const byte Key = 4;
    private const byte Named = 8;
    private const byte Equal = 16;
    private const byte Value = 32;
    private const byte Reached = Open | Some;

    private readonly ReadOnlySpan<char> _text;
    private readonly ReadOnlySpan<char> _topic;
    private readonly Span<byte> _cells;
    private readonly Span<ushort> _counts;

    private TemplatePart _part;
    private OperatorRules _rules;
    private byte _ends;
    private int _low;
    private int _high;

    /// <param name="text">The template's text, which its parts are ranges of.</param>
    /// <param name="topic">What is to be matched.</param>
    /// <param name="cells">One per position, the topic's end included; all zero.</param>
    /// <param name="counts">As many, of any content; may be empty for a template without <c>:n</c>.</param>
    public TemplateMatcher(ReadOnlySpan<char> text, ReadOnlySpan<char> topic, Span<byte> cells, Span<ushort> counts)
    {
        _text = text;
        _topic = topic;
        _cells = cells;
        _counts = counts;
        _rules = OperatorRules.Of(ExpressionOperator.Simple);
    }

    /// <summary>Positions visited, and eights of characters of literals and names compared.</summary>
    public long Steps { get; private set; }

    /// <summary>Whether the parts match all of the topic. False, too, after a part with which the steps exceed the limit.</summary>
    public bool Run(ReadOnlySpan<TemplatePart> parts, long limit)
    {
        _cells[0] = Open;
        foreach (ref readonly var part in parts)
        {
            _part = part;
            if (part.Kind == PartKind.Variable)
                SweepVariable();
            else if (!SweepLiteral())
                return false;
            if (Steps > limit)
                return false;
        }

        return (_cells[_topic.Length] & Open) != 0;
    }

    /// <summary>Backwards, so that a position is read before it is written.</summary>
    private bool SweepLiteral()
    {
        var (low, high) = (int.MaxValue, -1);
        for (var at = _high; at >= _low; at--)
        {
            Steps++;
            var reached = _cells[at] != 0;
            _cells[at] = 0;
            if (!reached || LiteralEnd(at) is not (>= 0 and var end))
                continue;
            _cells[end] = Open;
            low = Math.Min(low, end);
            high = Math.Max(high, end);
        }

        (_low, _high) = (low, high);
        return high >= 0;
    }

    private int LiteralEnd(int at)
    {
        Steps += 1 + (_part.Length >> 3);
        var literal = _text.Slice(_part.Start, _part.Length);
        if (_part.Kind == PartKind.Literal)
            return _topic[at..].StartsWith(literal, StringComparison.Ordinal) ? at + literal.Length : -1;

        foreach (var rune in literal.EnumerateRunes())
        {
            at = IriCharacterEnd(at, rune);
            if (at < 0)
                return -1;
        }

        return at;
    }

    /// <summary>As written, for topics are IRIs, or percent-encoded, which is how it expands (RFC 6570, section 3.1).</summary>
    private readonly int IriCharacterEnd(int at, Rune rune)
    {
        if (at == _topic.Length)
            return -1;
        if (_topic[at] == '%')
        {
            var length = UriCharacters.EncodedLength(_topic, at, out var encoded);
            return length > 0 && encoded == rune.Value ? at + length : -1;
        }

        return Rune.DecodeFromUtf16(_topic[at..], out var raw, out var used) == System.Buffers.OperationStatus.Done && raw == rune
            ? at + used
            : -1;
    }

    private void SweepVariable()
    {
        _rules = OperatorRules.Of(_part.Operator);
        _ends = (byte)(Value | (_rules.NameAlone ? Key | Named : 0) | (_rules.EmptyAfterEquals ? Equal : 0));
        for (var at = _low; at <= _high; at++)
        {
            Steps++;
            var reached = _cells[at];
            if ((reached & Open) != 0 && _rules.First < 0)
                Begin(at);
            var states = (byte)(_cells[at] & ~Reached);
            if (at < _topic.Length)
            {
                var next = _topic[at];
                if (((reached & Open) != 0 && next == _rules.First) || ((reached & Some) != 0 && next == _rules.Separator))
                    Begin(at + 1);
                if (states != 0)
                    Advance(at, next, states);
            }

            _cells[at] = Settle(reached, (states & _ends) != 0);
        }
    }

    /// <summary>The last variable of an expression leaves what is reached with and without any defined.</summary>
    private readonly byte Settle(byte reached, bool ends)
    {
        var settled = (reached & Reached) | (ends ? Some : 0);
        if (!_part.IsLast)
            return (byte)settled;
        return settled == 0 ? (byte)0 : Open;
    }

    /// <summary>
    /// A member begins at this position. An exploded variable's own name is looked for too: one such as <c>%41</c> is copied
    /// from the template, though no value would be spelt like it.
    /// </summary>
    private void Begin(int at)
    {
        if (_rules.IsNamed)
        {
            Steps += 1 + (_part.Length >> 3);
            if (_topic[at..].StartsWith(_text.Slice(_part.Start, _part.Length), StringComparison.Ordinal))
                Push(at + _part.Length, Named, count: 0);
        }

        if (_part.Modifier == Modifier.Explode)
            Push(at, Key, count: 0);
        else if (!_rules.IsNamed)
            Push(at, Value, count: 0);
    }

    private void Advance(int at, char next, byte states)
    {
        if (next == '=' && (states & (Key | Named)) != 0)
            Push(at + 1, Equal, count: 0);
        if (_part.Modifier == Modifier.Explode && next == _rules.Separator && (states & _ends) != 0)
            Begin(at + 1);

        var inValue = (states & (Equal | Value)) != 0;
        var targets = (byte)((states & Key) | (inValue ? Value : 0));
        if (targets == 0)
            return;
        var count = 0;
        if (_part.Modifier == Modifier.Prefix)
        {
            count = (states & Equal) != 0 ? 1 : _counts[at] + 1;
            if (count > _part.MaxLength)
                return;
        }

        if (next == ',' && inValue && _part.Modifier == Modifier.None)
            Push(at + 1, Value, count);
        PushCharacter(at, next, targets, count);
    }

    /// <summary>
    /// One character of a value, as it may be spelt (RFC 6570, section 3.2.1): copied; raw, in an IRI; or percent-encoded. What
    /// need not be encoded never is, unless reserved expansion copies a triplet of the value.
    /// </summary>
    private void PushCharacter(int at, char next, byte targets, int count)
    {
        if (UriCharacters.IsCopied(next, _rules.AllowsReserved))
        {
            Push(at + 1, targets, count);
        }
        else if (next == '%')
        {
            var length = UriCharacters.EncodedLength(_topic, at, out var character);
            if (length > 0 && (_rules.AllowsReserved || !UriCharacters.IsUnreserved(character)))
                Push(at + length, targets, count);
            if (_rules.AllowsReserved && UriCharacters.IsTriplet(_topic, at))
                Push(at + 3, targets, count);
        }
        else if (UriCharacters.IriLength(_topic, at) is > 0 and var length)
        {
            Push(at + length, targets, count);
        }
    }

    private void Push(int at, byte states, int count)
    {
        if (_part.Modifier == Modifier.Prefix && (states & Value) != 0 && ((_cells[at] & Value) == 0 || _counts[at] > count))
            _counts[at] = (ushort)count;
        _cells[at] |= states;
        _high = Math.Max(_high, at);
    }
}
