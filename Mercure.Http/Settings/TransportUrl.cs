using Microsoft.AspNetCore.WebUtilities;

namespace Mercure.Http.Settings;

/// <summary>
/// The reference's <c>TRANSPORT_URL</c> and <c>MERCURE_TRANSPORT_URL</c>: where updates are kept and how many of them, as
/// <c>bolt:///data/mercure.db?size=1000&amp;cleanup_frequency=0.5</c>. What it says is read as this hub's own settings.
/// </summary>
internal static class TransportUrl
{
    private const string Accepted =
        "bolt:///data/hub.db?size=1000&cleanup_frequency=0.3 (a file, which will be an SQLite database) or local://local (memory); "
        + "a database server is MERCURE_JOURNAL and MERCURE_JOURNAL_CONNECTION_STRING";

    public static readonly IReadOnlyList<string> Variables = ["TRANSPORT_URL", "MERCURE_TRANSPORT_URL"];

    /// <summary>The settings that the URL stands for.</summary>
    /// <exception cref="SettingsException">It stands for something that this hub does not have. The URL may hold a password, and is not shown.</exception>
    public static IEnumerable<FoundSetting> Read(string name, string url)
    {
        var query = url.IndexOf('?', StringComparison.Ordinal);
        var (location, parameters) = query < 0 ? (url, "") : (url[..query], url[query..]);
        var scheme = location.IndexOf("://", StringComparison.Ordinal);
        var (kind, place) = scheme < 0 ? ("", "") : (location[..scheme], location[(scheme + 3)..]);
        IEnumerable<FoundSetting> found = kind switch
        {
            "bolt" => [Setting("mercure.journal", name, "sqlite"), Setting("mercure.db-path", name, PathOf(name, place))],
            "local" or "null" => [Setting("mercure.journal", name, "memory")],
            _ => throw new SettingsException($"{name} (its value is not shown) names no transport that this hub has; accepted: {Accepted}"),
        };
        return [.. found, .. QueryHelpers.ParseQuery(parameters).Where(pair => !string.IsNullOrEmpty(pair.Value)).Select(pair => Parameter(name, pair.Key, pair.Value!)).OfType<FoundSetting>()];
    }

    /// <summary><c>bolt:///data/x.db</c> is a path from the root, <c>bolt://x.db</c> a file in the current directory.</summary>
    private static string PathOf(string name, string place)
    {
        var path = Uri.UnescapeDataString(place);
        return path.Length > 0 && (path[0] == '/' || !path.Contains('/'))
            ? path
            : throw new SettingsException($"{name} names no file that is clear; accepted: bolt:///data/hub.db, or bolt://hub.db for a file in the current directory");
    }

    private static FoundSetting? Parameter(string name, string parameter, string value) => parameter switch
    {
        "size" => Setting("mercure.history-size", $"size of {name}", value),
        "cleanup_frequency" => Setting("mercure.history-cleanup-frequency", $"cleanup_frequency of {name}", value),
        // The reference's default
        "bucket_name" when value == "updates" => null,
        "bucket_name" => throw new SettingsException($"bucket_name of {name} has no counterpart; leave it out, and use MERCURE_NAME where several hubs share a database"),
        _ => throw new SettingsException($"{OneLine.Of(parameter)} of {name} is not known; accepted: size, cleanup_frequency"),
    };

    private static FoundSetting Setting(string key, string name, string value) => new(key, name, [value], IsDefault: false);
}
