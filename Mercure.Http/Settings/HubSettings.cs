using Mercure.Actors.Updates;
using Mercure.Http.Tokens;
using Mercure.Journal;

namespace Mercure.Http.Settings;

/// <summary>Every setting of the hub, checked. Names, meanings, units and defaults: <c>hocon/mercure.conf</c>.</summary>
public sealed record HubSettings
{
    /// <summary>Name of the hub; its log is the persistence id <c>hub/&lt;name&gt;</c>.</summary>
    public required string Name { get; init; }

    public required ListenSettings Listen { get; init; }

    public required TokenSettings Tokens { get; init; }

    /// <summary>Null when generation 0.7 is not served: it has no keys.</summary>
    public V07Settings? V07 { get; init; }

    /// <summary>Null when generation 0.10 is not served: it has no keys.</summary>
    public V010Settings? V010 { get; init; }

    public required StreamSettings Streams { get; init; }

    public required PublishSettings Publish { get; init; }

    public required HistorySettings History { get; init; }

    public required JournalSettings Journal { get; init; }

    public DrainSettings Drain { get; init; } = DrainSettings.None;

    /// <summary>Null for a hub on its own.</summary>
    public ClusterSettings? Cluster { get; init; }

    public required LogFormat LogFormat { get; init; }

    public LogLevels LogLevels { get; init; } = LogLevels.Default;

    /// <summary>Environment variables that look like settings and are not, which is said once.</summary>
    public IReadOnlyList<string> IgnoredVariables { get; init; } = [];

    /// <summary>Logs a line for each finished request.</summary>
    public bool AccessLog { get; init; }

    /// <summary>HOCON of the user's file for the actor system, <c>akka { … }</c>; empty for none. Goes before everything else.</summary>
    public string AkkaConfig { get; init; } = "";

    /// <summary>Logs updates' content and why an update is not sent to a subscriber; turns the demo on.</summary>
    public required bool Debug { get; init; }

    /// <summary>Serves the demo page and its resources.</summary>
    public required bool Demo { get; init; }
}

/// <summary>Where and how the hub listens.</summary>
public sealed record ListenSettings
{
    /// <summary>IP address or name of a host to bind; null for every interface.</summary>
    public required string? Host { get; init; }

    public required int Port { get; init; }

    /// <summary>PEM files; both or none.</summary>
    public required string? CertFile { get; init; }

    public required string? KeyFile { get; init; }

    public bool UsesTls => CertFile is not null;

    /// <summary>Time to read a whole request, zero for no limit; does not end a stream.</summary>
    public required TimeSpan ReadTimeout { get; init; }

    /// <summary>Time a whole response may take, streams included; zero for no limit.</summary>
    public required TimeSpan WriteTimeout { get; init; }

    /// <summary>Whether forwarded headers are believed, from <see cref="TrustedProxies"/>.</summary>
    public required bool UseForwardedHeaders { get; init; }

    /// <summary>Networks in CIDR notation; <c>*</c> for everyone.</summary>
    public required IReadOnlyList<string> TrustedProxies { get; init; }

    /// <summary>Origins as browsers spell them, or <c>*</c> for everyone.</summary>
    public required IReadOnlyList<string> CorsAllowedOrigins { get; init; }
}

/// <summary>Who may do what without a token in a header, in every generation.</summary>
public sealed record TokenSettings
{
    /// <summary>Whether subscribers without a token are served (public updates).</summary>
    public required bool AllowAnonymous { get; init; }

    /// <summary>Origins from which a cookie may publish, as browsers spell them; never <c>*</c>.</summary>
    public required IReadOnlyList<string> PublishAllowedOrigins { get; init; }

    /// <summary>Whether a key may come to count in two generations of the protocol.</summary>
    public bool AllowSharedKeys { get; init; }
}

/// <summary>Generation 0.7.</summary>
/// <param name="Publisher">Keys of publishers' tokens.</param>
/// <param name="Subscriber">Keys of subscribers' tokens.</param>
public sealed record V07Settings(RoleKeys Publisher, RoleKeys Subscriber)
{
    /// <summary>With one key for each role.</summary>
    public V07Settings(TokenKey publisher, TokenKey subscriber)
        : this(new RoleKeys(publisher), new RoleKeys(subscriber))
    {
    }
}

/// <summary>Generation 0.10.</summary>
/// <param name="Publisher">Keys of publishers' tokens.</param>
/// <param name="Subscriber">Keys of subscribers' tokens.</param>
/// <param name="CookieName">Name of the authorization cookie.</param>
/// <param name="Subscriptions">Whether active subscriptions are tracked.</param>
public sealed record V010Settings(
    RoleKeys Publisher, RoleKeys Subscriber, string CookieName = TokenSource.DefaultCookieName, bool Subscriptions = false);

/// <summary>Event streams.</summary>
public sealed record StreamSettings
{
    /// <summary>Time between comments that keep a stream open; zero for none.</summary>
    public required TimeSpan HeartbeatInterval { get; init; }

    /// <summary>Whether streams are compressed for clients that accept gzip.</summary>
    public required bool Compress { get; init; }

    /// <summary>How long one write may wait for its client before that is cut; zero for ever.</summary>
    public TimeSpan DispatchTimeout { get; init; }

    /// <summary>Topics that a subscriber may have.</summary>
    public int MaxTopics { get; init; } = PublishSettings.DefaultMaxTopics;
}

/// <summary>Publishing.</summary>
public sealed record PublishSettings
{
    public const int DefaultMaxTopics = UpdateRules.Topics;

    /// <summary>Greatest body of a publish request, in bytes.</summary>
    public required int MaxRequestSize { get; init; }

    /// <summary>How long a publisher waits for the journal before it is told 503.</summary>
    public required TimeSpan Timeout { get; init; }

    /// <summary>Topics that an update may have.</summary>
    public int MaxTopics { get; init; } = DefaultMaxTopics;
}

/// <summary>What a <c>Last-Event-ID</c> may reach.</summary>
public sealed record HistorySettings
{
    /// <summary>Updates; 0 for all of them.</summary>
    public required long Size { get; init; }

    /// <summary>How eagerly rows beyond the size are deleted, from 0 (never) to 1 (as soon as possible).</summary>
    public required double CleanupFrequency { get; init; }
}

/// <summary>Where the log is kept.</summary>
public sealed record JournalSettings
{
    public required JournalKind Kind { get; init; }

    /// <summary>The SQLite file (generation 0.7's <c>DB_PATH</c>).</summary>
    public required string Path { get; init; }

    /// <summary>ADO.NET connection string; required for the database servers.</summary>
    public required string? ConnectionString { get; init; }
}

/// <summary>A stop, before the listener closes.</summary>
/// <param name="Delay">Between the signal, when the hub ceases to be ready, and the end of the first stream.</param>
/// <param name="Time">Over which the streams are ended.</param>
public sealed record DrainSettings(TimeSpan Delay, TimeSpan Time)
{
    public static readonly DrainSettings None = new(TimeSpan.Zero, TimeSpan.Zero);
}

public enum LogFormat
{
    Text,
    Json,
    Fluentd,
}
