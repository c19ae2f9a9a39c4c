namespace Mercure.Http.Settings;

/// <summary>
/// Origins that a setting names at once: <c>https://*.example.com</c> for every name of one label more, <c>http://localhost:*</c>
/// for every port of this machine. Spelled as <see cref="WebOrigin"/>s are.
/// </summary>
internal sealed class OriginPattern
{
    public const char Wildcard = '*';

    private const string AnyLabel = "*.";
    private const string AnyPort = ":*";

    private readonly string _scheme;
    private readonly string _rest;
    private readonly bool _anyLabel;
    private readonly bool _anyPort;

    /// <param name="pattern">As <see cref="TryParse"/> spells it.</param>
    public OriginPattern(string pattern)
    {
        var authority = pattern.IndexOf("://", StringComparison.Ordinal) + 3;
        _scheme = pattern[..authority];
        _rest = pattern[authority..];
        _anyLabel = _rest.StartsWith(AnyLabel, StringComparison.Ordinal);
        _anyPort = _rest.EndsWith(AnyPort, StringComparison.Ordinal);
        _rest = _rest[(_anyLabel ? 1 : 0)..^(_anyPort ? AnyPort.Length : 0)];
    }

    public bool Matches(ReadOnlySpan<char> origin)
    {
        if (!origin.StartsWith(_scheme, StringComparison.Ordinal))
            return false;

        var rest = origin[_scheme.Length..];
        if (_anyPort)
            rest = WithoutPort(rest);
        return _anyLabel
            ? rest.EndsWith(_rest, StringComparison.Ordinal) && IsLabel(rest[..^_rest.Length])
            : rest.SequenceEqual(_rest);
    }

    /// <summary>Reads a pattern, or says in what it is none.</summary>
    public static bool TryParse(string text, out string pattern, out string? problem)
    {
        pattern = "";
        problem = "* stands for one whole label on the left of a name, or for the port of localhost";
        var authority = text.IndexOf("://", StringComparison.Ordinal) + 3;
        if (authority < 3)
            return false;

        var rest = text[authority..];
        var anyLabel = rest.StartsWith(AnyLabel, StringComparison.Ordinal);
        var anyPort = rest.EndsWith(AnyPort, StringComparison.Ordinal);
        if (rest.Length < AnyLabel.Length + AnyPort.Length)
            return false;

        var name = rest[(anyLabel ? AnyLabel.Length : 0)..^(anyPort ? AnyPort.Length : 0)];
        if (!WebOrigin.TryParse(text[..authority] + name, out var origin))
            return false;

        var host = new Uri(origin).Host;
        problem = (anyLabel, anyPort) switch
        {
            (true, _) when IsAddress(origin) => "an address has no label that * could stand for",
            (true, _) when host != "localhost" && !host.Contains('.', StringComparison.Ordinal) => "* needs two labels or more behind it: everyone can have a name below one",
            (_, true) when !IsThisMachine(origin) => "* stands for every port of localhost, 127.0.0.1 and [::1] only: name the port",
            _ => null,
        };
        pattern = origin.Insert(origin.IndexOf("://", StringComparison.Ordinal) + 3, anyLabel ? AnyLabel : "") + (anyPort ? AnyPort : "");
        return problem is null;
    }

    private static bool IsAddress(string origin)
    {
        var uri = new Uri(origin);
        // 1.2.3 is no address for System.Uri, but one for browsers: the last label is a number (WHATWG URL, 3.5)
        return uri.HostNameType is not UriHostNameType.Dns || uri.Host.Split('.')[^1].All(char.IsAsciiDigit);
    }

    private static bool IsThisMachine(string origin)
    {
        var host = new Uri(origin).Host;
        return host is "localhost" or "127.0.0.1" or "[::1]" || host.EndsWith(".localhost", StringComparison.Ordinal);
    }

    /// <summary>A name is one label when no dot is in it; browsers write it in lower case and ASCII.</summary>
    private static bool IsLabel(ReadOnlySpan<char> text)
    {
        foreach (var character in text)
        {
            if (!char.IsAsciiLetterLower(character) && !char.IsAsciiDigit(character) && character is not ('-' or '_'))
                return false;
        }

        return !text.IsEmpty;
    }

    /// <summary>The scheme's own port is not written.</summary>
    private static ReadOnlySpan<char> WithoutPort(ReadOnlySpan<char> authority)
    {
        var colon = authority.LastIndexOf(':');
        var port = authority[(colon + 1)..];
        return colon >= 0 && port.Length is > 0 and <= 5 && !port.ContainsAnyExceptInRange('0', '9') ? authority[..colon] : authority;
    }
}
