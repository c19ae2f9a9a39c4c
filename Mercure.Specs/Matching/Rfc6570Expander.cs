using System.Globalization;
using System.Text;

namespace Mercure.Specs.Matching;

/// <summary>A variable's value: a string, a list or an associative array (RFC 6570, section 2.3).</summary>
public abstract record TemplateValue
{
    public sealed record Text(string Value) : TemplateValue
    {
        public override string ToString() => $"\"{Value}\"";
    }

    public sealed record Members(params string[] Values) : TemplateValue
    {
        public override string ToString() => $"[{string.Join(" | ", Values)}]";
    }

    public sealed record Pairs(params (string Name, string Value)[] Values) : TemplateValue
    {
        public override string ToString() => $"{{{string.Join(" | ", Values)}}}";
    }
}

/// <summary>
/// Expands templates as RFC 6570, section 3, says. It shares no code with the matcher and proceeds the other way, so that one
/// proves the other.
/// </summary>
/// <param name="Iri">Leaves characters beyond ASCII as they are, which yields the IRI that the expansion stands for.</param>
/// <param name="EqualsAfterEmpty">
/// How an exploded pair with an empty value is written where variables aren't named: <c>name=</c>, as appendix A has it, or
/// <c>name</c>, as section 3.2.1 has it. One bit a pair.
/// </param>
public sealed record Rfc6570Expander(bool Iri = false, int EqualsAfterEmpty = 0)
{
    private const string Unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    private const string Reserved = ":/?#[]@!$&'()*+,;=";

    /// <summary>Null where the template asks for what has no expansion: a prefix of a list (section 2.4.1).</summary>
    public string? Expand(string template, IReadOnlyDictionary<string, TemplateValue> values)
    {
        var result = new StringBuilder();
        for (var at = 0; at < template.Length;)
        {
            if (template[at] != '{')
            {
                var end = template.IndexOf('{', at);
                end = end < 0 ? template.Length : end;
                result.Append(Encode(template[at..end], allowReserved: true));
                at = end;
                continue;
            }

            var close = template.IndexOf('}', at);
            if (ExpandExpression(template[(at + 1)..close], values) is not { } expansion)
                return null;
            result.Append(expansion);
            at = close + 1;
        }

        return result.ToString();
    }

    private string? ExpandExpression(string expression, IReadOnlyDictionary<string, TemplateValue> values)
    {
        var symbol = "+#./;?&".Contains(expression[0], StringComparison.Ordinal) ? expression[0] : ' ';
        var (first, separator) = symbol switch
        {
            ' ' or '+' => ("", ","),
            '#' => ("#", ","),
            '?' => ("?", "&"),
            _ => ($"{symbol}", $"{symbol}"),
        };
        var expansions = new List<string>();
        foreach (var specification in expression[(symbol == ' ' ? 0 : 1)..].Split(','))
        {
            var name = specification.TrimEnd('*').Split(':')[0];
            if (!values.TryGetValue(name, out var value) || value is TemplateValue.Members([]) or TemplateValue.Pairs([]))
                continue;
            var expansion = specification switch
            {
                _ when specification.EndsWith('*') => Explode(symbol, separator, name, value),
                _ when specification.Contains(':', StringComparison.Ordinal) =>
                    Prefix(symbol, name, value, int.Parse(specification.Split(':')[1], CultureInfo.InvariantCulture)),
                _ => Plain(symbol, name, value),
            };
            if (expansion is null)
                return null;
            expansions.Add(expansion);
        }

        return expansions.Count == 0 ? "" : first + string.Join(separator, expansions);
    }

    private string Plain(char symbol, string name, TemplateValue value) => Pair(symbol, name, value switch
    {
        TemplateValue.Text text => Value(symbol, text.Value),
        TemplateValue.Members list => string.Join(",", list.Values.Select(member => Value(symbol, member))),
        TemplateValue.Pairs map => string.Join(",", map.Values.Select(pair => $"{Value(symbol, pair.Name)},{Value(symbol, pair.Value)}")),
        _ => throw new ArgumentOutOfRangeException(nameof(value)),
    });

    private string? Prefix(char symbol, string name, TemplateValue value, int length)
    {
        if (value is not TemplateValue.Text text)
            return null;
        var kept = string.Concat(Characters(text.Value, symbol is '+' or '#').Take(length));
        return Pair(symbol, name, Value(symbol, kept));
    }

    private string Explode(char symbol, string separator, string name, TemplateValue value) => value switch
    {
        TemplateValue.Members list =>
            string.Join(separator, list.Values.Select(member => Pair(symbol, name, Value(symbol, member)))),
        TemplateValue.Pairs map =>
            string.Join(separator, map.Values.Select((pair, index) => ExplodedPair(symbol, index, pair.Name, pair.Value))),
        _ => Plain(symbol, name, value),
    };

    private string ExplodedPair(char symbol, int index, string name, string value)
    {
        var bare = value.Length == 0 && (symbol == ';' || (symbol is not ('?' or '&') && (EqualsAfterEmpty >> index & 1) == 0));
        return Value(symbol, name) + (bare ? "" : "=" + Value(symbol, value));
    }

    private static string Pair(char symbol, string name, string expansion) => symbol switch
    {
        ';' when expansion.Length == 0 => name,
        ';' or '?' or '&' => $"{name}={expansion}",
        _ => expansion,
    };

    private string Value(char symbol, string value) => Encode(value, symbol is '+' or '#');

    private string Encode(string text, bool allowReserved) =>
        string.Concat(Characters(text, allowReserved).Select(character => Encoded(character, allowReserved)));

    private string Encoded(string character, bool allowReserved) => character switch
    {
        _ when Unreserved.Contains(character, StringComparison.Ordinal) => character,
        _ when allowReserved && (character.Length > 2 || Reserved.Contains(character, StringComparison.Ordinal)) => character,
        _ when Iri && character[0] >= 0xA0 => character,
        _ => string.Concat(Encoding.UTF8.GetBytes(character).Select(octet => $"%{octet:X2}")),
    };

    /// <summary>Code points; with triplets, the triplets that spell one code point count as that one (section 2.4.1).</summary>
    private static IEnumerable<string> Characters(string text, bool triplets)
    {
        for (var at = 0; at < text.Length;)
        {
            var length = triplets && IsTriplet(text, at) ? EncodedLength(text, at) : char.IsHighSurrogate(text[at]) ? 2 : 1;
            yield return text.Substring(at, length);
            at += length;
        }
    }

    private static int EncodedLength(string text, int at)
    {
        var octets = new List<byte>();
        for (; octets.Count < 4 && IsTriplet(text, at); at += 3)
        {
            octets.Add(Convert.ToByte(text.Substring(at + 1, 2), 16));
            if (Encoding.UTF8.GetString([.. octets]) is var decoded && !decoded.Contains('\uFFFD', StringComparison.Ordinal))
                return 3 * octets.Count;
        }

        return 3;
    }

    private static bool IsTriplet(string text, int at) =>
        at + 2 < text.Length && text[at] == '%' && char.IsAsciiHexDigit(text[at + 1]) && char.IsAsciiHexDigit(text[at + 2]);
}
