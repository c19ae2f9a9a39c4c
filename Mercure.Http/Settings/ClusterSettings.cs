namespace Mercure.Http.Settings;

/// <summary>A node of a cluster. Names, meanings and defaults: <c>mercure.cluster</c> in <c>hocon/mercure.conf</c>.</summary>
public sealed record ClusterSettings
{
    public required ClusterDiscovery Discovery { get; init; }

    /// <summary>host:port of nodes' remoting.</summary>
    public required IReadOnlyList<string> Seeds { get; init; }

    /// <summary>What <see cref="ClusterDiscovery.Dns"/> and <see cref="ClusterDiscovery.Akka"/> look up.</summary>
    public required string? DiscoveryService { get; init; }

    /// <summary>By which the other nodes reach this one.</summary>
    public required string Host { get; init; }

    public required int Port { get; init; }

    public required string BindHost { get; init; }

    public required int BindPort { get; init; }

    public required IReadOnlyList<string> Roles { get; init; }

    public required ClusterTiming Timing { get; init; }

    /// <summary>PEM files of mutual TLS; null without.</summary>
    public required ClusterTls? Tls { get; init; }

    /// <summary>Null for every interface.</summary>
    public required string? ManagementHost { get; init; }

    public required int ManagementPort { get; init; }

    /// <summary>Names, besides the node's own, by which requests may name the management listener; <c>*.</c> for one label.</summary>
    public required IReadOnlyList<string> ManagementNames { get; init; }

    /// <summary>Whether members may be joined, downed and made to leave over HTTP.</summary>
    public required bool ManagementWrites { get; init; }
}

public sealed record ClusterTls(string CertFile, string KeyFile, string CaFile);

/// <summary>How a node finds the others.</summary>
public enum ClusterDiscovery
{
    /// <summary>By a table in the journal's database.</summary>
    Database,

    /// <summary>By the addresses or SRV records of a name.</summary>
    Dns,

    /// <summary>By the method that <c>akka.discovery</c> names.</summary>
    Akka,

    /// <summary>By a list.</summary>
    Seeds,
}

public enum ClusterTiming
{
    Fast,
    Safe,
}
