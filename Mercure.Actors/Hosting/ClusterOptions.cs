namespace Mercure.Actors.Hosting;

/// <summary>How a hub of several nodes behaves.</summary>
public sealed record ClusterOptions
{
    /// <summary>
    /// How long a publisher waits by default: longer than a failover takes, which then is a pause and not a refusal. Meanwhile its
    /// gateway sends the update again and again; it is stored once.
    /// </summary>
    public static readonly TimeSpan DefaultPublishTimeout = TimeSpan.FromSeconds(15);

    /// <summary>Role of the nodes that may host the writer; null for all. A node without it publishes and serves subscribers all the same.</summary>
    public string? Role { get; init; }

    /// <summary>
    /// Distinct selectors of a node's subscribers up to which it tells them to the writer and gets only what they match. Beyond, it
    /// gets everything: as much as a writer can be asked to match for each of several nodes, at some 200 bytes each.
    /// </summary>
    public int MaxInterests { get; init; } = 50_000;

    /// <summary>How long a selector that nobody wants any more is kept, since clients come back.</summary>
    public TimeSpan InterestLinger { get; init; } = TimeSpan.FromSeconds(30);
}
