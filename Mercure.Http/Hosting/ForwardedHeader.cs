using System.Text;
using Microsoft.Extensions.Primitives;

namespace Mercure.Http.Hosting;

/// <summary>Reads <c>Forwarded</c> (RFC 7239, section 4): elements separated by commas, pairs by semicolons, values may be quoted.</summary>
internal static class ForwardedHeader
{
    public static List<ForwardedHop> Parse(StringValues values)
    {
        var hops = new List<ForwardedHop>();
        foreach (var element in Split(values.ToString(), ','))
        {
            var hop = default(ForwardedHop);
            foreach (var pair in Split(element, ';'))
            {
                var equals = pair.IndexOf('=', StringComparison.Ordinal);
                if (equals > 0)
                    hop = With(hop, pair[..equals].Trim().ToLowerInvariant(), Unquote(pair[(equals + 1)..].Trim()));
            }

            hops.Add(hop);
        }

        return hops;
    }

    private static ForwardedHop With(ForwardedHop hop, string name, string value) => name switch
    {
        "for" => hop with { For = value },
        "proto" => hop with { Proto = value },
        "host" => hop with { Host = value },
        _ => hop,
    };

    /// <summary>A separator inside quotes separates nothing.</summary>
    private static IEnumerable<string> Split(string text, char separator)
    {
        var start = 0;
        var quoted = false;
        for (var i = 0; i < text.Length; i++)
        {
            if (quoted && text[i] == '\\')
                i++;
            else if (text[i] == '"')
                quoted = !quoted;
            else if (!quoted && text[i] == separator)
            {
                yield return text[start..i];
                start = i + 1;
            }
        }

        yield return text[start..];
    }

    private static string Unquote(string value)
    {
        if (value.Length < 2 || value[0] != '"' || value[^1] != '"')
            return value;
        var plain = new StringBuilder(value.Length);
        for (var i = 1; i < value.Length - 1; i++)
            plain.Append(value[i] == '\\' && i + 1 < value.Length - 1 ? value[++i] : value[i]);
        return plain.ToString();
    }
}
