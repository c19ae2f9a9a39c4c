using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace Mercure.Actors.Matching;

/// <summary>
/// A URI template (RFC 6570, levels 1 to 4), read backwards: which strings can it expand to? Immutable, and safe to share
/// between threads. The decisions where the RFC leaves room are in docs/matching.md.
/// </summary>
internal sealed class UriTemplate
{
    /// <summary>Longest text read as a template: matching costs its length times the topic's.</summary>
    public const int DefaultMaxLength = 4096;

    private const int PositionsOnStack = 512;

    private readonly string _text;
    private readonly TemplatePart[] _parts;
    private readonly int _prefixLength;
    private readonly int _suffixLength;
    private readonly int _minLength;
    private readonly bool _counts;

    // What a template matches between its ends when that is one variable that can be anything: most are like that.
    private readonly SearchValues<char>? _only;

    private UriTemplate(string text, TemplatePart[] parts)
    {
        _text = text;
        var middle = parts.AsSpan();
        if (middle is [{ Kind: PartKind.Literal } first, ..])
        {
            _prefixLength = first.Length;
            middle = middle[1..];
        }

        if (middle is [.., { Kind: PartKind.Literal } last])
        {
            _suffixLength = last.Length;
            middle = middle[..^1];
        }

        _parts = middle.ToArray();
        _counts = Array.Exists(_parts, part => part.Modifier == Modifier.Prefix);
        _only = _parts is [{ Kind: PartKind.Variable, Modifier: Modifier.None } only] ? UriCharacters.CopiedBy(only.Operator) : null;
        foreach (var part in parts)
            _minLength += part.Kind == PartKind.Variable ? 0 : part.Length;
    }

    /// <summary>Variables, and literals between them, those merged that are one to the matcher. It sweeps the topic once for each.</summary>
    public int Parts => _parts.Length;

    /// <summary>
    /// Every string it matches begins with this: its text up to the first expression, or to the first character beyond ASCII,
    /// which matches in two spellings.
    /// </summary>
    public string LiteralPrefix => _text[.._prefixLength];

    /// <summary>
    /// False when the text is no template by the grammar of RFC 6570, section 2, or is longer than <paramref name="maxLength"/>.
    /// </summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out UriTemplate? template, int maxLength = DefaultMaxLength)
    {
        ArgumentNullException.ThrowIfNull(text);
        template = text.Length <= maxLength && TemplateParser.TryParse(text, out var parts) ? new UriTemplate(text, TemplateParts.Merge(parts)) : null;
        return template is not null;
    }

    /// <summary>The template part by part as it is written, for the spec that compares both.</summary>
    internal static bool TryParseUnmerged(string text, [NotNullWhen(true)] out UriTemplate? template)
    {
        template = TemplateParser.TryParse(text, out var parts) ? new UriTemplate(text, parts) : null;
        return template is not null;
    }

    /// <summary>Whether some assignment of the variables expands the template to exactly this topic.</summary>
    public bool Matches(string topic) => Matches(topic, out _);

    /// <summary>
    /// The same, with the steps it took beyond comparing the ends. It gives up after the sweep that exceeds a limit; the answer is false
    /// then.
    /// </summary>
    internal bool Matches(ReadOnlySpan<char> topic, out long steps, long limit = long.MaxValue)
    {
        steps = 0;
        if (topic.Length < _minLength
            || !topic.StartsWith(_text.AsSpan(0, _prefixLength), StringComparison.Ordinal)
            || !topic.EndsWith(_text.AsSpan(_text.Length - _suffixLength), StringComparison.Ordinal))
        {
            return false;
        }

        var middle = topic[_prefixLength..^_suffixLength];
        if (_only is not null)
        {
            steps = 1 + (middle.Length >> 4);
            var other = middle.IndexOfAnyExcept(_only);
            // What is copied as it stands needs no sweep; nor does what no value has, at the first place that may have it.
            if (other < 0 || (char.IsAscii(middle[other]) && middle[other] != '%'))
                return other < 0;
        }

        if (middle.Length >= PositionsOnStack)
            return MatchesLong(middle, ref steps, limit);

        Span<byte> cells = stackalloc byte[middle.Length + 1];
        Span<ushort> counts = _counts ? stackalloc ushort[middle.Length + 1] : [];
        return Run(middle, cells, counts, ref steps, limit);
    }

    private bool MatchesLong(ReadOnlySpan<char> middle, ref long steps, long limit)
    {
        var cells = ArrayPool<byte>.Shared.Rent(middle.Length + 1);
        var counts = ArrayPool<ushort>.Shared.Rent(_counts ? middle.Length + 1 : 0);
        Array.Clear(cells, 0, middle.Length + 1);
        var matches = Run(middle, cells, counts, ref steps, limit);
        ArrayPool<byte>.Shared.Return(cells);
        ArrayPool<ushort>.Shared.Return(counts);
        return matches;
    }

    private bool Run(ReadOnlySpan<char> middle, Span<byte> cells, Span<ushort> counts, ref long steps, long limit)
    {
        var matcher = new TemplateMatcher(_text, middle, cells, counts);
        var matches = matcher.Run(_parts, limit);
        steps += matcher.Steps;
        return matches;
    }
}
