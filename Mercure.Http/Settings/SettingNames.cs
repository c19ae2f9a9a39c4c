namespace Mercure.Http.Settings;

/// <summary>The names of a setting: its HOCON key, the variable that follows from it, and the reference's variable.</summary>
internal static class SettingNames
{
    public const string Root = "mercure";

    /// <summary>Names the configuration file; not a setting, since it says where settings are.</summary>
    public const string ConfigFile = "MERCURE_CONFIG";

    private const string Prefix = "MERCURE_";

    /// <summary>
    /// Short names: the reference's variables, those without a prefix from its standalone hubs; LOG_LEVEL and LOG_LEVELS beside its
    /// LOG_FORMAT; and those of the drain, from when only a node of a cluster had one.
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
        ["mercure.dispatch-timeout"] = "DISPATCH_TIMEOUT",
        ["mercure.drain-delay"] = "MERCURE_CLUSTER_DRAIN_DELAY",
        ["mercure.drain-time"] = "MERCURE_CLUSTER_DRAIN_TIME",
        ["mercure.heartbeat-interval"] = "HEARTBEAT_INTERVAL",
        ["mercure.history-cleanup-frequency"] = "HISTORY_CLEANUP_FREQUENCY",
        ["mercure.history-size"] = "HISTORY_SIZE",
        ["mercure.key-file"] = "KEY_FILE",
        ["mercure.log-format"] = "LOG_FORMAT",
        ["mercure.log-level"] = "LOG_LEVEL",
        ["mercure.log-levels"] = "LOG_LEVELS",
        ["mercure.publish-allowed-origins"] = "PUBLISH_ALLOWED_ORIGINS",
        ["mercure.read-timeout"] = "READ_TIMEOUT",
        ["mercure.use-forwarded-headers"] = "USE_FORWARDED_HEADERS",
        ["mercure.v07.jwt-alg"] = "JWT_ALGORITHM",
        ["mercure.v07.jwt-key"] = "JWT_KEY",
        ["mercure.v07.publisher-jwt-alg"] = "PUBLISHER_JWT_ALGORITHM",
        ["mercure.v07.publisher-jwt-key"] = "PUBLISHER_JWT_KEY",
        ["mercure.v07.subscriber-jwt-alg"] = "SUBSCRIBER_JWT_ALGORITHM",
        ["mercure.v07.subscriber-jwt-key"] = "SUBSCRIBER_JWT_KEY",
        ["mercure.v010.publisher-jwt-alg"] = "MERCURE_PUBLISHER_JWT_ALG",
        ["mercure.v010.publisher-jwt-key"] = "MERCURE_PUBLISHER_JWT_KEY",
        ["mercure.v010.subscriber-jwt-alg"] = "MERCURE_SUBSCRIBER_JWT_ALG",
        ["mercure.v010.subscriber-jwt-key"] = "MERCURE_SUBSCRIBER_JWT_KEY",
        ["mercure.v010.subscriptions"] = "SUBSCRIPTIONS",
        ["mercure.write-timeout"] = "WRITE_TIMEOUT",
    };

    /// <summary>The keys of all settings: those of <c>hocon/mercure.conf</c>, and the companions of its secrets.</summary>
    public static IEnumerable<string> Known => HoconFile.Defaults.Settings.Keys.Concat(SecretSettings.Companions.Keys);

    public static string EnvironmentName(string key) => key.Replace('.', '_').Replace('-', '_').ToUpperInvariant();

    /// <summary>The name that people know best: the reference's where there is one.</summary>
    public static string BestKnown(string key) => Alias(key) ?? EnvironmentName(key);

    /// <summary>The reference's variable, with the ending of one that belongs to a secret; null where the reference has none.</summary>
    public static string? Alias(string key) => SecretSettings.Companions.TryGetValue(key, out var secret)
        ? Aliases.TryGetValue(secret, out var name) ? name + EnvironmentName(key[secret.Length..]) : null
        : Aliases.GetValueOrDefault(key);

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
