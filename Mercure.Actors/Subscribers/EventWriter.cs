using System.Buffers;
using System.IO.Pipelines;
using Akka.Actor;
using Mercure.Actors.Live;
using Mercure.Actors.Updates;

namespace Mercure.Actors.Subscribers;

/// <summary>
/// The subscriber's end of its response: writes what it is given and flushes once. While the client does not read, the
/// flush is pending, and what comes meanwhile waits in a short queue. Belongs to one actor, which is told when a flush that
/// was pending has ended.
/// </summary>
internal sealed class EventWriter(PipeWriter output, IFrameEncoder encoder, IActorRef owner)
{
    /// <summary>Runs and comments that may wait for a flush.</summary>
    internal const int MaxWaiting = 1024;

    /// <summary>What the runs that wait may hold in memory, but for the last one.</summary>
    private const long MaxWaitingBytes = 256 * 1024;

    /// <summary>Written before the next flush, in bytes: what a client that stops reading can hold back.</summary>
    private const int SliceBytes = 64 * 1024;

    private readonly Queue<object> _waiting = new();
    private long _waitingBytes;
    private ReadOnlyMemory<byte> _rest;
    private ulong _streamState;

    /// <summary>Of the last run that was written, or is being written; or where its owner went live.</summary>
    public Position Cursor { get; set; }

    /// <summary>Whether a flush is pending; when not, everything is written and flushed.</summary>
    public bool IsFlushing { get; private set; }

    /// <summary>Whether the client was found to have gone.</summary>
    public bool IsGone { get; private set; }

    public bool IsFull => _waiting.Count >= MaxWaiting || _waitingBytes >= MaxWaitingBytes;

    /// <summary>To the owner: the flush that was pending has ended. It calls <see cref="GoOn"/>.</summary>
    public sealed record Flushed(bool IsGone);

    /// <summary>Writes a run, or a comment.</summary>
    public void Write(Delivery run)
    {
        _waitingBytes += run.Bytes;
        Add(run);
    }

    /// <inheritdoc cref="Write(Delivery)"/>
    public void Write(Frame comment) => Add(comment);

    /// <summary>Forgets what waits, but not what is half written.</summary>
    public void DropWaiting()
    {
        _waiting.Clear();
        _waitingBytes = 0;
    }

    public void GoOn(Flushed flushed)
    {
        IsFlushing = false;
        IsGone |= flushed.IsGone;
        WriteWaiting();
    }

    /// <summary>Gives up on a flush that is pending: the client does not read.</summary>
    public void CancelFlush() => output.CancelPendingFlush();

    /// <summary>Writes what ends a stream properly, unless an event is half written; whoever completes the response sends it.</summary>
    public void Close()
    {
        if (_rest.IsEmpty && !IsGone)
            output.Write(encoder.Closing(_streamState).Span);
    }

    private void Add(object item)
    {
        _waiting.Enqueue(item);
        WriteWaiting();
    }

    private void WriteWaiting()
    {
        while (!IsFlushing && !IsGone && WriteSlice())
            Flush();
    }

    private bool WriteSlice()
    {
        var room = SliceBytes;
        while (room > 0 && (!_rest.IsEmpty || TakeNext()))
        {
            var length = Math.Min(room, _rest.Length);
            output.Write(_rest.Span[..length]);
            _rest = _rest[length..];
            room -= length;
        }

        return room < SliceBytes;
    }

    private bool TakeNext()
    {
        if (!_waiting.TryDequeue(out var next))
            return false;

        var frame = next as Frame;
        if (next is Delivery run)
        {
            frame = run.FrameFor(encoder);
            Cursor = run.Position;
            _waitingBytes -= run.Bytes;
        }

        _streamState = encoder.Advance(_streamState, frame!);
        _rest = frame!.Bytes;
        return true;
    }

    private void Flush()
    {
        var flush = output.FlushAsync();
        if (flush.IsCompletedSuccessfully)
        {
            IsGone = flush.GetAwaiter().GetResult().IsCompleted;
            return;
        }

        IsFlushing = true;
        _ = TellWhenFlushedAsync(flush, owner);
    }

    private static async Task TellWhenFlushedAsync(ValueTask<FlushResult> flush, IActorRef owner)
    {
        try
        {
            owner.Tell(new Flushed((await flush).IsCompleted), ActorRefs.NoSender);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or InvalidOperationException)
        {
            // Whatever broke the connection, nobody is there any more.
            owner.Tell(new Flushed(IsGone: true), ActorRefs.NoSender);
        }
    }
}
