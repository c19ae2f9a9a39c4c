namespace Mercure.Actors.Updates;

/// <summary>
/// An update with its place in the history. One instance is shared by everyone on the node who reads it, and keeps the
/// frames already made of it, so that an update is encoded once per encoding and not once per subscriber.
/// </summary>
public sealed class StoredUpdate(Position position, long ordinal, string id, Update update, bool isSubscriptionEvent = false)
{
    private Encoded[] _encoded = [];

    public Position Position { get; } = position;

    /// <summary>How many updates the history held before it, since its beginning: what <c>HISTORY_SIZE</c> counts.</summary>
    public long Ordinal { get; } = ordinal;

    /// <summary>
    /// Whether the hub made it of a fact about a subscription: then only subscribers of its generation see it, others see theirs.
    /// It does not count in the ordinals.
    /// </summary>
    public bool IsSubscriptionEvent { get; } = isSubscriptionEvent;

    /// <summary>The id as every reader sees it, in every generation.</summary>
    public string Id { get; } = id;

    public Update Update { get; } = update;

    /// <summary>This update as <paramref name="encoder"/> writes it. Safe to call from any thread.</summary>
    public Frame FrameFor(IFrameEncoder encoder)
    {
        var encoded = Volatile.Read(ref _encoded);
        foreach (var entry in encoded)
        {
            if (ReferenceEquals(entry.Encoder, encoder))
                return entry.Frame;
        }

        var frame = encoder.Encode(this);
        // Two threads may both encode and one result is dropped: cheaper than a lock on every delivery.
        Volatile.Write(ref _encoded, [.. encoded, new Encoded(encoder, frame)]);
        return frame;
    }

    private readonly record struct Encoded(IFrameEncoder Encoder, Frame Frame);
}
