using Mercure.Actors.Presence;

namespace Mercure.Actors.Log;

/// <summary>The writer's state at one row, so that recovery need not read the log from its beginning.</summary>
public sealed record LogSnapshot
{
    public required long NextOrdinal { get; init; }

    public required long NextByte { get; init; }

    public required ReadOnlyMemory<byte> IdKey { get; init; }

    /// <summary>Sequence number of the newest row that holds a header.</summary>
    public required long HeaderAt { get; init; }

    public long NextFact { get; init; }

    /// <summary>Id of the newest event; null when there was none, or not told by an earlier version.</summary>
    public string? LastEventId { get; init; }

    /// <summary>The active ones.</summary>
    public IReadOnlyList<ActiveSubscription> Subscriptions { get; init; } = [];

    /// <summary>The memory of answered requests, gateways heard longest ago first.</summary>
    public required IReadOnlyList<(Guid Gateway, IReadOnlyList<RequestAnswer> Answers)> Gateways { get; init; }
}
