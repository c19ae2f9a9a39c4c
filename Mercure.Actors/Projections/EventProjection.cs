using Akka.Persistence.Query;
using Mercure.Actors.Updates;

namespace Mercure.Actors.Projections;

/// <summary>Which of an application's own events are published, and as what.</summary>
public sealed record EventProjection
{
    /// <summary>Names the projection's stored offset, and is part of its updates' ids: changing it publishes everything again.</summary>
    public required string Name { get; init; }

    /// <summary>The tag of the events.</summary>
    public required string Tag { get; init; }

    /// <summary>Id of the read journal's plugin, such as <c>akka.persistence.query.journal.sql</c>.</summary>
    public required string ReadJournal { get; init; }

    /// <summary>
    /// Id of the journal's plugin that keeps the offset; empty for the application's default. The offset is kept as a number: it
    /// needs no serializer of its own.
    /// </summary>
    public string OffsetJournal { get; init; } = "";

    /// <summary>The update of an event, whose id is set for it; null when it has none. A pure function: an event may be asked for again.</summary>
    public required Func<EventEnvelope, Update?> UpdateOf { get; init; }
}
