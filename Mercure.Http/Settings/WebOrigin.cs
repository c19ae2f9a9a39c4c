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

    public static bool TryParseOrAny(string text, out string origin)
    {
        if (text != Any)
            return TryParse(text, out origin);
        origin = Any;
        return true;
    }
}
