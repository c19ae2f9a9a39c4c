using Mercure.Actors.Presence;
using Mercure.Actors.Updates;

namespace Mercure.Actors.Log;

/// <summary>One thing the log says. Its index in the batch is the lower part of its <see cref="Position"/>.</summary>
public abstract record LogEntry
{
    private LogEntry()
    {
    }

    /// <summary>An update was published.</summary>
    public sealed record Published(Update Update) : LogEntry;

    /// <summary>A subscription began.</summary>
    public sealed record SubscriptionStarted(ActiveSubscription Subscription) : LogEntry;

    /// <summary>A subscription ended: its subscriber has gone, or the node that had it.</summary>
    public sealed record SubscriptionEnded(ActiveSubscription Subscription) : LogEntry;

    /// <summary>A writer began; always alone in its row.</summary>
    public sealed record WriterStarted : LogEntry;

    /// <summary>
    /// What the log needs to be enough by itself: written with the first row, and again before the row that holds it is
    /// trimmed.
    /// </summary>
    /// <param name="IdKey">Key of the hub-generated ids (<see cref="UpdateIds"/>), 16 bytes.</param>
    public sealed record Header(ReadOnlyMemory<byte> IdKey) : LogEntry;
}
