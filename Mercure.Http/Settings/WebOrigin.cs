namespace Mercure.Http.Settings;

/// <summary>
/// An origin, spelled as browsers send it (RFC 6454, section 6.2): lower case, without the scheme's default port. A list
/// is compared to what they send, so <c>https://Example.com:443</c> would otherwise never match.
/// </summary>
internal static class WebOrigin
{
    public const string Any = "*";

    public static bool TryParse(string text, out string origin)
    {
        origin = "";
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Host.Length == 0 || text.Contains('*') || uri.UserInfo.Length > 0)
            return false;

        // Uri adds the path "/" to what has none: a path that was written can only be seen in the text
        var authority = text.IndexOf("://", StringComparison.Ordinal) + 3;
        if (authority < 3 || text.AsSpan(authority).ContainsAny("/?#\\"))
            return false;

        var host = uri.HostNameType == UriHostNameType.IPv6 ? $"[{uri.DnsSafeHost}]" : uri.IdnHost.ToLowerInvariant();
        origin = uri.IsDefaultPort || uri.Port < 0 ? $"{uri.Scheme}://{host}" : $"{uri.Scheme}://{host}:{uri.Port}";
        return true;
    }

    /// <summary>Why it can't stand in a setting, or null and the spelling to compare with.</summary>
    /// <param name="text">An origin, or a pattern of some.</param>
    /// <param name="any">Whether <see cref="Any"/> may.</param>
    /// <param name="origin">The spelling.</param>
    public static string? Problem(string text, bool any, out string origin)
    {
        origin = text;
        if (text == Any)
            return any ? null : "any page could publish in the name of its visitors";
        if (text == "null")
            return "any page can be without an origin" + (any ? ": * lets it in, without cookies" : "");
        if (text.Contains(OriginPattern.Wildcard))
            return OriginPattern.TryParse(text, out origin, out var problem) ? null : problem;
        return TryParse(text, out origin) ? null : "";
    }
}
