using System.Collections;
using System.Globalization;
using System.Net;
using Mercure.Actors.Hosting;
using Mercure.Http.Hosting.Tls;
using Mercure.Journal;

namespace Mercure.Http.Settings;

/// <summary>Reads every setting once, at the start. Nothing else reads a key.</summary>
public static class SettingsLoader
{
    private const int MinRequestSize = 1 << 10;
    private const int MaxRequestSize = 256 << 20;
    private const int MaxTopics = 10_000;
    private static readonly TimeSpan MaxDrain = TimeSpan.FromMinutes(10);

    /// <summary>From the process's arguments and environment.</summary>
    /// <exception cref="SettingsException">Some setting is missing, unknown or not accepted.</exception>
    public static HubSettings Load(string[] arguments) => Load(arguments, ProcessEnvironment());

    /// <inheritdoc cref="Load(string[])"/>
    public static HubSettings Load(string[] arguments, IReadOnlyDictionary<string, string> environment)
    {
        var file = ConfigFile(arguments, environment);
        var layers = new SettingsLayers(environment, file);
        var reader = new SettingsReader(layers);
        var settings = Read(reader) with { AkkaConfig = file?.Akka ?? "", IgnoredVariables = layers.Strangers() };
        string[] problems = [.. layers.Problems(), .. reader.Problems];
        if (problems.Length == 0)
            return settings;
        // One of them may be what a problem is about
        string[] ignored = settings.IgnoredVariables is [] ? [] : [$"{string.Join(", ", settings.IgnoredVariables)}: no setting of the hub, ignored"];
        throw new SettingsException([.. problems, .. ignored]);
    }

    /// <summary>The form of what is said about settings that can't be used: the one that is asked for, as far as that can be read.</summary>
    public static LogFormat LogFormatOf(string[] arguments)
    {
        var environment = ProcessEnvironment();
        HoconFile? file = null;
        try
        {
            file = ConfigFile(arguments, environment);
        }
        catch (SettingsException)
        {
            // Said by Load
        }

        var reader = new SettingsReader(new SettingsLayers(environment, file));
        return reader.Choice<LogFormat>("mercure.log-format");
    }

    internal static HubSettings Read(SettingsReader reader)
    {
        RefuseAcme(reader);
        var debug = reader.Flag("mercure.debug");
        var (v07, v010) = KeySettings.Read(reader);
        if (v010 is null && reader.Problems.Count == 0)
            RefuseSubscriptions(reader);
        var journal = ReadJournal(reader);
        var cluster = ClusterSettingsReader.Read(reader, journal.Kind);
        return new HubSettings
        {
            Name = reader.Parse<string>(
                "mercure.name", TryParseName, "1 to 64 letters, digits, dots, dashes and underscores"),
            Listen = ReadListen(reader),
            Tokens = new TokenSettings
            {
                AllowAnonymous = reader.Flag("mercure.allow-anonymous"),
                PublishAllowedOrigins = reader.Origins("mercure.publish-allowed-origins", any: false),
                AllowSharedKeys = reader.Flag("mercure.allow-shared-keys"),
            },
            V07 = v07,
            V010 = v010,
            Streams = new StreamSettings
            {
                HeartbeatInterval = reader.Duration("mercure.heartbeat-interval"),
                Compress = reader.Flag("mercure.compress"),
                DispatchTimeout = ReadDispatchTimeout(reader),
                MaxTopics = ReadTopics(reader, "mercure.max-subscriber-topics"),
            },
            Publish = ReadPublish(reader, cluster is not null),
            History = new HistorySettings
            {
                Size = reader.Count("mercure.history-size"),
                CleanupFrequency = reader.Fraction("mercure.history-cleanup-frequency"),
            },
            Journal = journal,
            Drain = ReadDrain(reader),
            Cluster = cluster,
            LogFormat = reader.Choice<LogFormat>("mercure.log-format"),
            LogLevels = LogLevels.Read(reader, debug),
            AccessLog = reader.Flag("mercure.access-log") | debug,
            Debug = debug,
            Demo = reader.Flag("mercure.demo") | debug,
        };
    }

    private static Dictionary<string, string> ProcessEnvironment() => Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
        .ToDictionary(entry => (string)entry.Key, entry => (string?)entry.Value ?? "", StringComparer.Ordinal);

    private static HoconFile? ConfigFile(string[] arguments, IReadOnlyDictionary<string, string> environment)
    {
        var byEnvironment = environment.GetValueOrDefault(SettingNames.ConfigFile);
        var byArgument = Arguments.ConfigFile(arguments);
        if (string.IsNullOrWhiteSpace(byArgument))
            return string.IsNullOrWhiteSpace(byEnvironment) ? null : HoconFile.Read(byEnvironment, SettingNames.ConfigFile);
        if (!string.IsNullOrWhiteSpace(byEnvironment) && byEnvironment != byArgument)
            throw new SettingsException($"--config and {SettingNames.ConfigFile} name different files; use one of them");
        return HoconFile.Read(byArgument, "--config");
    }

    private static void RefuseAcme(SettingsReader reader)
    {
        foreach (var key in new[] { "mercure.acme-hosts", "mercure.acme-cert-dir" })
        {
            if (reader.List(key).Count > 0)
            {
                reader.Reject(
                    $"{reader.Find(key).Name} is \"{OneLine.Of(reader.Text(key)!)}\"; certificates from Let's Encrypt come in a later "
                    + "version; accepted: nothing yet, use CERT_FILE and KEY_FILE, or a proxy that ends TLS");
            }
        }
    }

    /// <summary>Without the generation that has them, they would be asked for in vain.</summary>
    private static void RefuseSubscriptions(SettingsReader reader)
    {
        if (reader.Flag("mercure.v010.subscriptions"))
        {
            reader.Reject(
                $"{reader.Find("mercure.v010.subscriptions").Name} is on, but generation 0.10 of the protocol, which has subscriptions, is not "
                + "served: it has no keys; accepted: MERCURE_PUBLISHER_JWT_KEY and MERCURE_SUBSCRIBER_JWT_KEY (or their JWKS URLs), or 0");
        }
    }

    private static ListenSettings ReadListen(SettingsReader reader)
    {
        var (certFile, keyFile) = ReadCertificate(reader);
        var address = reader.Parse(
            "mercure.addr",
            (string text, out ListenAddress value) => ListenAddress.TryParse(text.Length == 0 ? DefaultAddress(certFile) : text, out value),
            ":3000, 127.0.0.1:3000, [::1]:3000 or localhost:3000; the port may be http or https");
        if (reader.Site?.Problem(certFile is not null) is { } problem)
            reader.Reject($"{ServerName.Variable}: {problem}");
        return new ListenSettings
        {
            Host = address.Host,
            Port = address.Port,
            CertFile = certFile,
            KeyFile = keyFile,
            ReadTimeout = reader.Duration("mercure.read-timeout"),
            WriteTimeout = reader.Duration("mercure.write-timeout"),
            UseForwardedHeaders = reader.Flag("mercure.use-forwarded-headers"),
            TrustedProxies = reader.List<string>(
                "mercure.trusted-proxies", TryParseNetwork, "networks such as 10.0.0.0/8, addresses, or * for everyone"),
            CorsAllowedOrigins = reader.Origins("mercure.cors-allowed-origins", any: true),
        };
    }

    private static string DefaultAddress(string? certFile) => certFile is null ? ":http" : ":https";

    private static (string? CertFile, string? KeyFile) ReadCertificate(SettingsReader reader)
    {
        var certFile = reader.Text("mercure.cert-file");
        var keyFile = reader.Text("mercure.key-file");
        if (certFile is null != keyFile is null)
        {
            var (given, missing) = certFile is null ? ("mercure.key-file", "mercure.cert-file") : ("mercure.cert-file", "mercure.key-file");
            reader.Reject($"{SettingNames.BestKnown(missing)} is missing: {reader.Find(given).Name} needs it; accepted: both or none");
        }
        else if (certFile is not null && PemCertificate.Problem(certFile, keyFile!) is { } problem)
        {
            reader.Reject(
                $"{reader.Find("mercure.cert-file").Name} is \"{OneLine.Of(certFile)}\" and {reader.Find("mercure.key-file").Name} is "
                + $"\"{OneLine.Of(keyFile!)}\": {problem}; accepted: a certificate and its private key, PEM files");
        }

        return (certFile, keyFile);
    }

    private static TimeSpan ReadDispatchTimeout(SettingsReader reader) => reader.Parse(
        "mercure.dispatch-timeout",
        // The server looks once a second
        (string text, out TimeSpan value) => GoDuration.TryParse(text, out value) && (value == TimeSpan.Zero || value >= TimeSpan.FromSeconds(2)),
        "a duration such as 5s, from 2s, or 0s for no limit");

    private static PublishSettings ReadPublish(SettingsReader reader, bool inCluster) => new()
    {
        MaxRequestSize = reader.Parse(
            "mercure.max-request-size",
            (string text, out int value) => ByteSize.TryParse(text, out value) && value is >= MinRequestSize and <= MaxRequestSize,
            "bytes such as 1048576, 512KiB or 4MiB, from 1KiB to 256MiB"),
        // Given by nobody, it is longer in a cluster: a failover is then a pause for publishers.
        Timeout = inCluster && reader.Find("mercure.publish-timeout").IsDefault
            ? ClusterOptions.DefaultPublishTimeout
            : reader.Duration("mercure.publish-timeout", TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(5), "5s, from 100ms to 5m"),
        MaxTopics = ReadTopics(reader, "mercure.max-update-topics"),
    };

    private static int ReadTopics(SettingsReader reader, string key) => reader.Parse(
        key,
        (string text, out int value) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value is >= 1 and <= MaxTopics,
        string.Create(CultureInfo.InvariantCulture, $"a whole number from 1 to {MaxTopics}"));

    private static DrainSettings ReadDrain(SettingsReader reader)
    {
        TimeSpan Read(string key) => reader.Duration(key, max: MaxDrain, accepted: "5s or 1m, 0s for none, at most 10m");
        return new DrainSettings(Read("mercure.drain-delay"), Read("mercure.drain-time"));
    }

    private static JournalSettings ReadJournal(SettingsReader reader)
    {
        var kind = reader.Choice<JournalKind>("mercure.journal");
        var path = reader.Text("mercure.db-path")!;
        var connection = reader.Secret("mercure.journal-connection-string");
        var isServer = kind is not (JournalKind.Sqlite or JournalKind.Memory);
        if (isServer && reader.FindSecret("mercure.journal-connection-string").IsDefault)
        {
            reader.Reject(
                $"MERCURE_JOURNAL_CONNECTION_STRING is missing: {reader.Find("mercure.journal").Name} is "
                + $"\"{reader.Text("mercure.journal")}\" and needs it; accepted: an ADO.NET connection string");
        }

        if (!isServer && connection is not null)
        {
            reader.Reject(
                $"{reader.FindSecret("mercure.journal-connection-string").Name} is set (its value is not shown), but the journal is "
                + $"\"{reader.Text("mercure.journal")}\"; accepted: with postgresql, mariadb, mysql and sqlserver only");
        }

        if (kind == JournalKind.Sqlite && SqliteFile.Problem(path) is { } problem)
            reader.Reject($"{reader.Find("mercure.db-path").Name} is \"{OneLine.Of(path)}\": {problem}");
        return new JournalSettings { Kind = kind, Path = path, ConnectionString = connection };
    }

    private static bool TryParseName(string text, out string name)
    {
        name = text;
        return text.Length is >= 1 and <= 64 && text.All(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_');
    }

    private static bool TryParseNetwork(string text, out string network)
    {
        network = text;
        return text == "*" || IPNetwork.TryParse(text, out _) || (IPAddress.TryParse(text, out _) && text.AsSpan().ContainsAny(".:"));
    }
}
