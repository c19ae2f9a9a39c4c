namespace Mercure.Actors.Log;

/// <summary>The event of the log, one journal row: everything that was committed in one write.</summary>
public sealed record BatchWritten
{
    /// <summary>Who wrote it.</summary>
    public required ulong EpochNonce { get; init; }

    /// <summary>The writer's wall clock, for age limits and people; never for order.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>How many updates the log held before this row.</summary>
    public required long FirstOrdinal { get; init; }

    /// <summary>How many bytes of updates the log held before this row.</summary>
    public required long FirstByte { get; init; }

    /// <summary>How many facts about subscriptions the log held before this row.</summary>
    public long FirstFact { get; init; }

    /// <summary>The gateways' requests that it answers, so that a repeated one gets its first result, also after a failover.</summary>
    public IReadOnlyList<RequestWritten> Requests { get; init; } = [];

    public required IReadOnlyList<LogEntry> Entries { get; init; }
}

/// <summary>Which entries of a row answer one request of a gateway.</summary>
/// <param name="FirstIndex">Index in the row of its first update; the others follow.</param>
/// <param name="Count">Its updates.</param>
public readonly record struct RequestWritten(RequestToken Token, int FirstIndex, int Count);

/// <summary>Names a gateway's request for ever: it travels with the publish and is stored with it.</summary>
/// <param name="Gateway">One life of one node's gateway.</param>
/// <param name="Number">Counts its requests from 1.</param>
public readonly record struct RequestToken(Guid Gateway, long Number);
