namespace Mercure.Http.Tokens;

/// <summary>The query of a request whose token is hidden from everyone but the hub.</summary>
/// <param name="Query">As it came.</param>
internal sealed record QueryToken(string Query)
{
    /// <summary>What stands in the query instead.</summary>
    public const string Hidden = "REDACTED";

    /// <summary>Whether a token in the query is meant for the hub, wherever the application has mapped it, or nearly.</summary>
    public static bool IsHubs(string path) =>
        path.Contains("/.well-known/mercure", StringComparison.OrdinalIgnoreCase) || path.AsSpan().TrimEnd('/').EndsWith("/hub", StringComparison.OrdinalIgnoreCase);

    /// <summary>The query without its tokens; null when there are none.</summary>
    public static string? Hide(string query)
    {
        if (query.Length <= 1)
            return null;

        var fields = query[1..].Split('&');
        var found = false;
        foreach (ref var field in fields.AsSpan())
        {
            var separator = field.IndexOf('=', StringComparison.Ordinal);
            if (separator < 0 || separator + 1 == field.Length || !IsToken(field.AsSpan(0, separator)))
                continue;

            field = string.Concat(field.AsSpan(0, separator + 1), Hidden);
            found = true;
        }

        return found ? "?" + string.Join('&', fields) : null;
    }

    /// <summary>However it is encoded; in another case it would not count, and be as secret.</summary>
    private static bool IsToken(ReadOnlySpan<char> name) =>
        Uri.UnescapeDataString(name).Trim('+', ' ').Equals("authorization", StringComparison.OrdinalIgnoreCase);
}
