namespace Mercure.Http.Settings;

/// <summary>The names of a setting: its HOCON key, the variable that follows from it, and the reference's variable.</summary>
internal static class SettingNames
{
    public const string Root = "mercure";

    /// <summary>Names the configuration file; not a setting, since it says where settings are.</summary>
    public const string ConfigFile = "MERCURE_CONFIG";

    private const string Prefix = "MERCURE_";

    /// <summary>
    /// The reference's variables: those without a prefix from the hub of generation 0.7, the others from that of 0.10. Those of the drain
    /// are from when only a node of a cluster had one.
    /// </summary>
    public static readonly IReadOnlyDictionary<string, string> Aliases = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["mercure.acme-cert-dir"] = "ACME_CERT_DIR",
        ["mercure.acme-hosts"] = "ACME_HOSTS",
        ["mercure.addr"] = "ADDR",
        ["mercure.allow-anonymous"] = "ALLOW_ANONYMOUS",
        ["mercure.cert-file"] = "CERT_FILE",
        ["mercure.compress"] = "COMPRESS",
        ["mercure.cors-allowed-origins"] = "CORS_ALLOWED_ORIGINS",
        ["mercure.db-path"] = "DB_PATH",
        ["mercure.debug"] = "DEBUG",
        ["mercure.demo"] = "DEMO",
        ["mercure.drain-delay"] = "MERCURE_CLUSTER_DRAIN_DELAY",
        ["mercure.drain-time"] = "MERCURE_CLUSTER_DRAIN_TIME",
        ["mercure.heartbeat-interval"] = "HEARTBEAT_INTERVAL",
        ["mercure.history-cleanup-frequency"] = "HISTORY_CLEANUP_FREQUENCY",
        ["mercure.history-size"] = "HISTORY_SIZE",
        ["mercure.key-file"] = "KEY_FILE",
        ["mercure.log-format"] = "LOG_FORMAT",
        ["mercure.publish-allowed-origins"] = "PUBLISH_ALLOWED_ORIGINS",
        ["mercure.read-timeout"] = "READ_TIMEOUT",
        ["mercure.use-forwarded-headers"] = "USE_FORWARDED_HEADERS",
        ["mercure.v07.jwt-key"] = "JWT_KEY",
        ["mercure.v07.publisher-jwt-key"] = "PUBLISHER_JWT_KEY",
        ["mercure.v07.subscriber-jwt-key"] = "SUBSCRIBER_JWT_KEY",
        ["mercure.v010.publisher-jwt-alg"] = "MERCURE_PUBLISHER_JWT_ALG",
        ["mercure.v010.publisher-jwt-key"] = "MERCURE_PUBLISHER_JWT_KEY",
        ["mercure.v010.subscriber-jwt-alg"] = "MERCURE_SUBSCRIBER_JWT_ALG",
        ["mercure.v010.subscriber-jwt-key"] = "MERCURE_SUBSCRIBER_JWT_KEY",
        ["mercure.write-timeout"] = "WRITE_TIMEOUT",
    };

    /// <summary>Variables of the reference's Caddyfile that have no counterpart, and what to do instead.</summary>
    public static readonly IReadOnlyDictionary<string, string> Foreign = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["MERCURE_EXTRA_DIRECTIVES"] = "holds directives of Caddy, which this hub does not read; docs/configuration.md has the setting for each",
        ["MERCURE_LICENSE"] = "is of no use: clusters need no license here; unset it",
        ["MERCURE_TRANSPORT_URL"] = "is not read; set MERCURE_JOURNAL, MERCURE_DB_PATH and MERCURE_HISTORY_SIZE",
    };

    public static string EnvironmentName(string key) => key.Replace('.', '_').Replace('-', '_').ToUpperInvariant();

    /// <summary>The name that people know best: the reference's where there is one.</summary>
    public static string BestKnown(string key) => Aliases.GetValueOrDefault(key) ?? EnvironmentName(key);

    public static bool HasPrefix(string variable) => variable.StartsWith(Prefix, StringComparison.Ordinal);

    public static bool LooksLikeSetting(string variable, string value) =>
        HasPrefix(variable)
        && variable is not ConfigFile
        && !IsServiceLink(variable, value);

    /// <summary>
    /// Kubernetes describes every service to every pod: one named "mercure" yields MERCURE_SERVICE_HOST, MERCURE_PORT
    /// (tcp://…), MERCURE_PORT_80_TCP_ADDR and so on, which nobody wrote and which must not stop the hub.
    /// </summary>
    private static bool IsServiceLink(string variable, string value) =>
        variable.EndsWith("_SERVICE_HOST", StringComparison.Ordinal)
        || variable.EndsWith("_SERVICE_PORT", StringComparison.Ordinal)
        || variable.Contains("_SERVICE_PORT_", StringComparison.Ordinal)
        || variable.Contains("_PORT_", StringComparison.Ordinal)
        || (variable.EndsWith("_PORT", StringComparison.Ordinal) && value.Contains("://", StringComparison.Ordinal));
}
