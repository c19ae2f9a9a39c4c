namespace Mercure.Http.Settings;

/// <summary>
/// The reference's <c>MERCURE_EXTRA_DIRECTIVES</c>: lines of a Caddyfile, which this hub does not read. The refusal says which setting stands
/// for each of them; their values, which may be secrets, are not shown.
/// </summary>
internal static class CaddyDirectives
{
    private static readonly Dictionary<string, string> Settings = new(StringComparer.Ordinal)
    {
        ["anonymous"] = "ALLOW_ANONYMOUS=1",
        ["cookie_name"] = "MERCURE_V010_COOKIE_NAME",
        ["cors_origins"] = "CORS_ALLOWED_ORIGINS",
        ["demo"] = "DEMO=1",
        ["dispatch_timeout"] = "DISPATCH_TIMEOUT",
        ["heartbeat"] = "HEARTBEAT_INTERVAL",
        ["protocol_version_compatibility"] = "JWT_KEY, which also serves generation 0.7 at /hub",
        ["publish_origins"] = "PUBLISH_ALLOWED_ORIGINS",
        ["publisher_jwks_url"] = "MERCURE_V010_PUBLISHER_JWKS_URL",
        ["publisher_jwt"] = "MERCURE_PUBLISHER_JWT_KEY",
        ["subscriber_jwks_url"] = "MERCURE_V010_SUBSCRIBER_JWKS_URL",
        ["subscriber_jwt"] = "MERCURE_SUBSCRIBER_JWT_KEY",
        ["subscriber_list_cache_size"] = "nothing, as there is no such cache",
        ["subscriptions"] = "SUBSCRIPTIONS=1",
        ["topic_selector_cache"] = "nothing, as there is no such cache",
        ["transport"] = "MERCURE_JOURNAL, DB_PATH and HISTORY_SIZE",
        ["transport_url"] = "TRANSPORT_URL",
        ["ui"] = "DEMO=1",
        ["write_timeout"] = "WRITE_TIMEOUT",
    };

    /// <summary>What to do instead of setting the variable to these lines.</summary>
    public static string Instead(string lines)
    {
        var known = lines.Split('\n', StringSplitOptions.TrimEntries)
            .Select(static line => line.Split([' ', '\t'], 2)[0])
            .Where(Settings.ContainsKey)
            .Distinct()
            .Select(static directive => $"{directive} is {Settings[directive]}")
            .ToList();
        return "holds directives of Caddy, which this hub does not read; "
            + (known.Count > 0 ? $"set instead: {string.Join("; ", known)}" : "docs/configuration.md has the setting for each");
    }
}
