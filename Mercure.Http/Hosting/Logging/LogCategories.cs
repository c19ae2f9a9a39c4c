using Mercure.Http.Settings;

namespace Mercure.Http.Hosting.Logging;

/// <summary>Which area the lines of a category belong to, and the category of what an actor logs.</summary>
internal static class LogCategories
{
    public const string Actors = "Mercure.Actors";
    public const string Journal = "Mercure.Journal";
    public const string Cluster = "Mercure.Cluster";
    public const string Tokens = "Mercure.Http.Tokens";

    /// <summary>By prefix; the longest counts.</summary>
    public static readonly IReadOnlyList<(string Category, LogArea Area)> Areas =
    [
        ("Mercure.Http", LogArea.Http),
        (Tokens, LogArea.Tokens),
        (Actors, LogArea.Actors),
        (Journal, LogArea.Journal),
        (Cluster, LogArea.Cluster),
        ("Mercure.Http.Cluster", LogArea.Cluster),
    ];

    private static readonly string[] JournalNamespaces = ["Akka.Persistence", "Mercure.Journal", "Mercure.Actors.Matcher", "Mercure.Actors.Catchup"];

    private static readonly string[] ClusterNamespaces =
        ["Akka.Cluster", "Akka.Coordination", "Akka.Discovery", "Akka.DistributedData", "Akka.Remote", "Mercure.Http.Cluster", "Mercure.Journal.Cluster"];

    /// <summary>The category of what an actor, or what else has a logger of Akka.NET, logs.</summary>
    public static string Of(Type source)
    {
        var name = source.Namespace ?? "";
        return IsIn(ClusterNamespaces, name) ? Cluster : IsIn(JournalNamespaces, name) ? Journal : Actors;
    }

    private static bool IsIn(string[] namespaces, string name) => Array.Exists(namespaces, part => name.StartsWith(part, StringComparison.Ordinal));
}
