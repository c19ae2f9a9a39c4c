namespace Mercure.Actors.Updates;

/// <summary>
/// How one generation of the protocol, in one content coding, puts updates on the wire. Instances are few, shared, and
/// compared by reference: the frames of an update are kept per instance.
/// </summary>
public interface IFrameEncoder
{
    /// <summary>The first bytes of every stream, sent with the response head.</summary>
    Frame Opening { get; }

    /// <summary>A comment that keeps intermediaries from closing an idle stream.</summary>
    Frame Heartbeat { get; }

    /// <summary>One update as one event.</summary>
    Frame Encode(StoredUpdate update);

    /// <summary>Several frames as one, in order.</summary>
    Frame Concatenate(IReadOnlyList<Frame> frames);

    /// <summary>The running state of one stream after <paramref name="frame"/>; 0 at its start.</summary>
    ulong Advance(ulong state, Frame frame);

    /// <summary>The last bytes of a stream in this state; empty when the coding has no trailer.</summary>
    ReadOnlyMemory<byte> Closing(ulong state);
}
