using Mercure.Actors.Updates;

namespace Mercure.Http.Streams;

/// <summary>Events as they are.</summary>
internal sealed class PlainEventEncoder : IFrameEncoder
{
    private static readonly Frame Comment = Of(EventText.Comment.ToArray());

    public Frame Opening => Comment;

    public Frame Heartbeat => Comment;

    public Frame Encode(StoredUpdate update) => Of(EventText.Of(update));

    public Frame Concatenate(IReadOnlyList<Frame> frames) => Of(Bytes.Join(frames));

    public ulong Advance(ulong state, Frame frame) => state;

    public ReadOnlyMemory<byte> Closing(ulong state) => default;

    private static Frame Of(byte[] text) => new(text, text.Length);
}
