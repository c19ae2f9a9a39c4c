using Mercure.Actors.Updates;

namespace Mercure.Actors.Live;

/// <summary>
/// What one commit batch brings to a subscriber, as one message: a run of updates. Subscribers who get the same run get the
/// same object, so that its bytes are put together once, and a delivery costs nothing but its place in a mailbox.
/// </summary>
/// <remarks>
/// The runs of one batch form a tree: each is the run before it and one more update. A subscriber's run grows by following
/// the branches, and those who match the same updates stand on the same node.
/// </remarks>
internal sealed class Delivery
{
    private readonly Delivery? _before;
    private readonly StoredUpdate _last;
    private List<Delivery>? _next;
    private Encoded? _encoded;

    private Delivery(Delivery? before, StoredUpdate last)
    {
        _before = before;
        _last = last;
        Count = (before?.Count ?? 0) + 1;
        Bytes = (before?.Bytes ?? 0) + last.Update.Size();
    }

    public StoredUpdate Last => _last;

    /// <summary>Of its last update.</summary>
    public Position Position => _last.Position;

    /// <summary>Updates in it.</summary>
    public int Count { get; }

    /// <summary>About what it holds in memory.</summary>
    public long Bytes { get; }

    /// <summary>The run of this update alone.</summary>
    public static Delivery Of(StoredUpdate update) => new(before: null, update);

    /// <summary>The run of these updates, in order; at least one.</summary>
    public static Delivery Of(IEnumerable<StoredUpdate> updates) =>
        updates.Aggregate<StoredUpdate, Delivery?>(seed: null, (run, update) => new Delivery(run, update))!;

    /// <summary>This run and one more update, shared with nobody.</summary>
    public Delivery Append(StoredUpdate update) => new(this, update);

    /// <summary>This run and one more update, the same object for everyone. Only for the thread that builds the runs of a batch.</summary>
    public Delivery With(StoredUpdate update)
    {
        foreach (var next in _next ?? [])
        {
            if (ReferenceEquals(next._last, update))
                return next;
        }

        var added = new Delivery(this, update);
        (_next ??= new List<Delivery>(1)).Add(added);
        return added;
    }

    /// <summary>
    /// Nothing will be added: it lets go of the other runs of its batch, which would stay in memory for as long as one of them waits
    /// for a client that does not read. Only for the thread that builds the runs.
    /// </summary>
    public void Seal()
    {
        _next = null;
        // Above one that has let go, all have.
        for (var run = _before; run?._next is not null; run = run._before)
            run._next = null;
    }

    /// <summary>Its bytes in one piece. Safe from any thread.</summary>
    public Frame FrameFor(IFrameEncoder encoder)
    {
        if (_before is null)
            return _last.FrameFor(encoder);

        // Runs are mostly read by one encoder; where two alternate, the work is done again, never wrongly.
        if (Volatile.Read(ref _encoded) is { } encoded && ReferenceEquals(encoded.Encoder, encoder))
            return encoded.Frame;

        var frames = new Frame[Count];
        var run = this;
        for (var i = Count - 1; i >= 0; i--, run = run!._before)
            frames[i] = run!._last.FrameFor(encoder);

        var frame = encoder.Concatenate(frames);
        Volatile.Write(ref _encoded, new Encoded(encoder, frame));
        return frame;
    }

    private sealed record Encoded(IFrameEncoder Encoder, Frame Frame);
}
