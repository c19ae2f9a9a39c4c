using System.Buffers;

namespace Mercure.Actors.Updates;

/// <summary>
/// A path of the hub, which a topic must not reach: as it is written, as it resolves, or at any point on the way, so that
/// <c>/.well-known/mercure/x/../..</c> is the hub's as well as <c>/x/../.well-known/mercure</c>. Readers differ in what they decode,
/// take for a slash, for dots or for an authority (RFC 3986, 5 and 6; WHATWG URL, 4): one that would arrive is enough.
/// The scheme and the authority are not compared.
/// </summary>
internal sealed class ReservedPath(string path)
{
    /// <summary>With these alone, a topic has one reading.</summary>
    private static readonly SearchValues<char> Plain = SearchValues.Create(
        "!\"#$&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{|}~");

    /// <summary>WHATWG URL, 4.2: schemes after which any number of slashes, even none, may begin an authority or a path.</summary>
    private static readonly string[] SpecialSchemes = ["http", "https", "ws", "wss", "ftp", "file"];

    private readonly string[] _names = path.Split('/', StringSplitOptions.RemoveEmptyEntries);

    public bool IsReachedBy(string topic)
    {
        if (!topic.AsSpan().ContainsAnyExcept(Plain))
            return IsSameDocument(topic) || (IsNamedIn(topic) && IsReachedLiterally(topic));

        var stripped = TopicReadings.Strip(topic);
        return IsSameDocument(stripped)
            || (IsNamedIn(TopicReadings.Fold(TopicReadings.Unescape(stripped))) && TopicReadings.Of(stripped).Any(IsReachedLiterally));
    }

    /// <summary>A reference without a path, which is the hub itself when it is resolved there.</summary>
    private static bool IsSameDocument(ReadOnlySpan<char> topic)
    {
        var colon = topic.IndexOf(':');
        if (colon >= 0 && (topic[..colon].Equals("https", StringComparison.OrdinalIgnoreCase) || topic[..colon].Equals("http", StringComparison.OrdinalIgnoreCase)))
            topic = topic[(colon + 1)..];
        return topic.IsEmpty || topic[0] is '?' or '#';
    }

    /// <summary>Most topics say nothing of the hub, and are done with here.</summary>
    private bool IsNamedIn(string text) => text.Contains(_names[^1], StringComparison.Ordinal);

    private bool IsReachedLiterally(string text)
    {
        var scheme = SplitScheme(text, out var rest);
        var isSpecial = scheme is not null && SpecialSchemes.Contains(scheme, StringComparer.Ordinal);
        var end = rest.AsSpan().IndexOfAny('?', '#');
        var written = end < 0 ? rest : rest[..end];
        var trimmed = written.TrimStart('/');
        var slashes = written.Length - trimmed.Length;
        Segment[] segments = [.. trimmed.Split('/').Select(static name => new Segment(name))];

        return IsReached(segments, matched: 0)
            // Relative to the hub, whose last name is replaced
            || (slashes == 0 && (scheme is null || isSpecial) && IsReached(segments, _names.Length - 1))
            || ((slashes >= 2 || isSpecial) && IsReached(segments.AsSpan(1), matched: 0));
    }

    private bool IsReached(ReadOnlySpan<Segment> segments, int matched) =>
        IsReached(segments, matched, decodesDots: false, merges: false)
        || IsReached(segments, matched, decodesDots: false, merges: true)
        || IsReached(segments, matched, decodesDots: true, merges: false)
        || IsReached(segments, matched, decodesDots: true, merges: true);

    /// <summary>Walks the path as RFC 3986, 5.2.4 does, and looks after each step where it is.</summary>
    private bool IsReached(ReadOnlySpan<Segment> segments, int matched, bool decodesDots, bool merges)
    {
        // Names that follow those that match, and aren't the next one
        var beyond = 0;
        foreach (var segment in segments)
        {
            var dots = decodesDots ? segment.DecodedDots : segment.Dots;
            if (dots == 1 || (merges && segment.Name.Length == 0))
                continue;

            if (dots == 2)
            {
                if (beyond > 0)
                    beyond--;
                else if (matched > 0)
                    matched--;
            }
            else if (beyond == 0 && segment.Name == _names[matched])
            {
                if (++matched == _names.Length)
                    return true;
            }
            else
            {
                beyond++;
            }
        }

        return false;
    }

    /// <summary>The scheme in lower case, or null; <paramref name="rest"/> is what follows (RFC 3986, 3.1).</summary>
    private static string? SplitScheme(string text, out string rest)
    {
        rest = text;
        var colon = text.IndexOf(':');
        if (colon <= 0 || !char.IsAsciiLetter(text[0]) || !text.Take(colon).All(static c => char.IsAsciiLetterOrDigit(c) || c is '+' or '-' or '.'))
            return null;

        rest = text[(colon + 1)..];
        return text[..colon].ToLowerInvariant();
    }

    /// <param name="written">One part of a path.</param>
    private readonly struct Segment(string written)
    {
        /// <summary>Without any escape.</summary>
        public string Name { get; } = TopicReadings.Unescape(written);

        /// <summary>1 or 2 for a dot segment.</summary>
        public int Dots { get; } = DotsOf(written);

        /// <summary>The same where <c>%2e</c> counts for a dot.</summary>
        public int DecodedDots { get; } = DotsOf(written.Contains('%', StringComparison.Ordinal) ? Uri.UnescapeDataString(written) : written);

        private static int DotsOf(string text) => text is "." or ".." ? text.Length : 0;
    }
}
