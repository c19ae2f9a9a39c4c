using System.Text.RegularExpressions;

namespace Mercure.Http.Tokens;

/// <summary>A URL for people and logs: without user, password, query and fragment, which may be secrets.</summary>
internal static partial class RedactedUrl
{
    /// <summary>Also of what is no URL.</summary>
    public static string Of(string url) => User().Replace(Query().Replace(url, "?…"), "//…@");

    [GeneratedRegex("[?#].*$", RegexOptions.Singleline, 1000)]
    private static partial Regex Query();

    [GeneratedRegex("//.*@", RegexOptions.Singleline, 1000)]
    private static partial Regex User();
}
