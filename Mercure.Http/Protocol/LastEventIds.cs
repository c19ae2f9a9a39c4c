namespace Mercure.Http.Protocol;

/// <summary>
/// The ids from which a subscriber resumes (spec drafts 04 and 07, Reconnection). A request may have several: a polyfill adds the
/// newest id to the query of a URL that has an older one, under a name of its own. The furthest on in the log counts.
/// </summary>
internal sealed class LastEventIds
{
    private const string Header = "Last-Event-ID";

    /// <summary>Of <c>eventsource-polyfill</c>, in browsers whose requests can't have a header.</summary>
    private const string Prefix = "evs_";

    private const string Name = "lasteventid";

    /// <summary>Distinct.</summary>
    public string[] All { get; private set; } = [];

    /// <summary>
    /// Whether a parameter of this name holds one: <c>lastEventID</c>, <c>Last-Event-ID</c>, <c>lastEventId</c>, <c>last_event_id</c>, …
    /// </summary>
    public static bool IsName(ReadOnlySpan<char> name)
    {
        if (name.StartsWith(Prefix, StringComparison.Ordinal))
            name = name[Prefix.Length..];

        var matched = 0;
        foreach (var character in name)
        {
            if (character is '-' or '_')
                continue;
            if (matched == Name.Length || char.ToLowerInvariant(character) != Name[matched++])
                return false;
        }

        return matched == Name.Length;
    }

    /// <summary>An empty id asks for nothing. No update has an id beyond the limit, so that such a one is simply unknown.</summary>
    public Rejection? Add(string? id)
    {
        if (string.IsNullOrEmpty(id) || id.Length > Limits.FieldLength || All.Contains(id, StringComparer.Ordinal))
            return null;
        if (All.Length == Limits.LastEventIds)
            return Rejections.TooManyLastEventIds;

        All = [.. All, id];
        return null;
    }

    public Rejection? AddHeader(HttpRequest request)
    {
        foreach (var id in request.Headers[Header])
        {
            if (Add(id) is { } rejection)
                return rejection;
        }

        return null;
    }
}
