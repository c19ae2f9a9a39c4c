using System.Text;
using Mercure.Http.Protocol.V010;
using Mercure.Http.Settings;

namespace Mercure.Http.Protocol;

/// <summary>
/// Names that publishers of every generation leave alone as soon as the hub also serves a later one than 0.7, which gives them a
/// meaning (spec draft 07, Reconnection and Subscription Events; the type: draft 08, Publication): else a publisher of 0.7 could
/// forge what only the hub says to readers of a later one, at once or when the log is served to them one day.
/// </summary>
/// <param name="hubPaths">Paths below which the hub itself has topics; none of them switches the reservations off.</param>
internal sealed class Reservations(params IReadOnlyList<string> hubPaths)
{
    /// <summary>Nothing is reserved: the hub serves generation 0.7 alone.</summary>
    public static readonly Reservations None = new();

    private readonly (string Path, Uri Url)[] _hubs = [.. hubPaths.Select(path => (path, new Uri("https://hub.invalid" + path)))];

    /// <summary>The reservations of a hub that serves these generations.</summary>
    public static Reservations Of(HubSettings settings) => settings.V010 is null ? None : new(V010Generation.Path);

    /// <summary>The rule that these fields break, if any.</summary>
    public Rejection? Check(IReadOnlyList<string> topics, string? id, string? type)
    {
        if (_hubs.Length == 0)
            return null;
        if (id is "earliest" || id?.StartsWith('#') == true)
            return Rejections.IdReserved;
        if (type is "mercure")
            return Rejections.TypeReserved;
        return topics.Any(IsReserved) ? Rejections.TopicReserved : null;
    }

    private bool IsReserved(string topic) => topic is "*" || Array.Exists(_hubs, hub => ResolvesUnder(hub.Path, hub.Url, topic));

    /// <summary>
    /// Compares resolved paths, whatever the scheme and authority: <c>/.well-known/x/../%6Dercure</c> and
    /// <c>https://elsewhere.example/.well-known/mercure/subscriptions</c> are both the hub's.
    /// </summary>
    private static bool ResolvesUnder(string hubPath, Uri hubUrl, string topic)
    {
        // Cut by hand: for some schemes System.Uri takes the query for a part of the path
        var end = topic.AsSpan().IndexOfAny('?', '#');
        if (!Uri.TryCreate(hubUrl, end < 0 ? topic : topic[..end], out var resolved))
            return false;

        var path = WithoutDotSegments(DecodeUnreserved(resolved.AbsolutePath.Replace('\\', '/')));
        return path.StartsWith(hubPath, StringComparison.Ordinal)
            && (path.Length == hubPath.Length || path[hubPath.Length] == '/');
    }

    /// <summary>RFC 3986, 2.3: an escaped unreserved character is that character.</summary>
    private static string DecodeUnreserved(string path)
    {
        if (!path.Contains('%', StringComparison.Ordinal))
            return path;

        var decoded = new StringBuilder(path.Length);
        for (var index = 0; index < path.Length; index++)
        {
            if (path[index] == '%' && index + 2 < path.Length
                && byte.TryParse(path.AsSpan(index + 1, 2), System.Globalization.NumberStyles.AllowHexSpecifier, provider: null, out var octet)
                && (char.IsAsciiLetterOrDigit((char)octet) || "-._~".Contains((char)octet, StringComparison.Ordinal)))
            {
                decoded.Append((char)octet);
                index += 2;
            }
            else
            {
                decoded.Append(path[index]);
            }
        }

        return decoded.ToString();
    }

    /// <summary>RFC 3986, 5.2.4; needed again because decoding may have made some.</summary>
    private static string WithoutDotSegments(string path)
    {
        if (!path.StartsWith('/'))
            return path;

        var kept = new List<string>();
        var segments = path[1..].Split('/');
        for (var index = 0; index < segments.Length; index++)
        {
            var isDots = segments[index] is "." or "..";
            if (segments[index] is ".." && kept.Count > 0)
                kept.RemoveAt(kept.Count - 1);
            if (!isDots)
                kept.Add(segments[index]);
            else if (index == segments.Length - 1)
                kept.Add("");
        }

        return "/" + string.Join('/', kept);
    }
}
