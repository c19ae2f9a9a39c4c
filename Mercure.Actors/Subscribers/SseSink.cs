using System.Buffers;
using System.IO.Pipelines;
using Akka.Actor;
using Akka.Streams;
using Akka.Streams.Stage;
using Mercure.Actors.Live;
using Mercure.Actors.Updates;

namespace Mercure.Actors.Subscribers;

/// <summary>
/// The end of a subscriber's stream: writes frames to the response. What it catches up on comes by the inlet, pulled when
/// everything before is flushed; live updates come to its stage actor, straight from the switchboard, and wait in a short
/// queue while the client does not read. When that queue is full it is dropped, and the subscriber told the cursor once the
/// client has read the rest: a slow client costs a position, not a queue.
/// </summary>
internal sealed class SseSink(IActorRef subscriber, Subscription subscription, TaskCompletionSource<StreamEnd> ended) : GraphStage<SinkShape<Delivery>>
{
    /// <summary>Live messages that may wait for a flush.</summary>
    internal const int MaxWaiting = 64;

    /// <summary>Written before the next flush, in bytes: what a client that stops reading can hold back.</summary>
    private const int SliceBytes = 64 * 1024;

    private readonly Inlet<Delivery> _in = new("sse.in");
    private readonly IActorRef _subscriber = subscriber;
    private readonly Subscription _subscription = subscription;
    private readonly TaskCompletionSource<StreamEnd> _ended = ended;

    public override SinkShape<Delivery> Shape => new(_in);

    protected override GraphStageLogic CreateLogic(Attributes inheritedAttributes) => new Logic(this);

    /// <summary>Subscriber → sink: the subscription counts; send the response head.</summary>
    public sealed class Open
    {
        public static readonly Open Instance = new();
    }

    /// <summary>Switchboard → sink: what follows is live, and complete after this position. Runs that come without it are dropped.</summary>
    public sealed record GoLive(Position From);

    /// <summary>Subscriber → sink: drop what is live, as if the client were too slow.</summary>
    public sealed class StopLive
    {
        public static readonly StopLive Instance = new();
    }

    /// <summary>Supervisor → sink: write a comment.</summary>
    public sealed class Heartbeat
    {
        public static readonly Heartbeat Instance = new();
    }

    /// <summary>Subscriber → sink: end the stream.</summary>
    public sealed record Finish(StreamEnd End);

    private sealed class Logic : GraphStageLogic
    {
        private readonly SseSink _stage;
        private readonly PipeWriter _output;
        private readonly IFrameEncoder _encoder;
        private readonly Queue<object> _waiting = new();
        private ReadOnlyMemory<byte> _rest;
        private Position _cursor;
        private ulong _streamState;
        private bool _opened;
        private bool _live;
        private bool _lagging;
        private bool _flushing;
        private bool _pushed;
        private StreamEnd? _finish;
        private StreamEnd _end = StreamEnd.Failed;

        public Logic(SseSink stage)
            : base(stage.Shape)
        {
            _stage = stage;
            _output = stage._subscription.Output;
            _encoder = stage._subscription.Encoder;
            SetHandler(stage._in, OnPush);
        }

        public override void PreStart()
        {
            var self = GetStageActor(received => OnMessage(received.Item2)).Ref;
            _stage._subscriber.Tell(new Subscriber.SinkReady(self), ActorRefs.NoSender);
            Pull(_stage._in);
        }

        public override void PostStop()
        {
            _stage._ended.TrySetResult(_opened || _end == StreamEnd.ClientGone ? _end : StreamEnd.Refused);
            _stage._subscriber.Tell(Subscriber.SinkStopped.Instance, ActorRefs.NoSender);
        }

        private void OnPush()
        {
            _pushed = true;
            Add(Grab(_stage._in));
        }

        private void OnMessage(object message)
        {
            switch (message)
            {
                case Delivery run: OnLive(run); break;
                case Heartbeat: OnHeartbeat(); break;
                case GoLive goLive: OnGoLive(goLive.From); break;
                case Open: OpenStream(); break;
                case StopLive: Lag(); break;
                case Finish finish: OnFinish(finish.End); break;
                case Flushed flushed: OnFlushed(flushed); break;
            }
        }

        private void OnLive(Delivery run)
        {
            if (!_live)
                return;

            if (_waiting.Count >= MaxWaiting)
                Lag();
            else
                Add(run);
        }

        private void OnHeartbeat()
        {
            // A client that does not read needs none.
            if (_opened && !_flushing)
                Add(_encoder.Heartbeat);
        }

        private void OnGoLive(Position from)
        {
            _live = true;
            _cursor = from;
            OpenStream();
        }

        private void OpenStream()
        {
            if (_opened)
                return;

            _opened = true;
            Add(_encoder.Opening);
        }

        /// <summary>Falls back to a cursor: the last update that was written, or is being written.</summary>
        private void Lag()
        {
            _live = false;
            _lagging = true;
            _waiting.Clear();
            _stage._subscriber.Tell(Subscriber.Lagging.Instance, ActorRefs.NoSender);
            Write();
        }

        private void OnFinish(StreamEnd end)
        {
            if (_finish is not null)
                return;

            _finish = end;
            if (!_flushing)
            {
                Close();
                return;
            }

            // The client does not read: it will not read a farewell either.
            _stage._subscription.Abort?.Invoke();
            _output.CancelPendingFlush();
        }

        private void Add(object item)
        {
            _waiting.Enqueue(item);
            Write();
        }

        private void Write()
        {
            while (!_flushing && _finish is null)
            {
                if (!WriteSlice())
                {
                    OnDrained();
                    return;
                }

                Flush();
            }
        }

        private bool WriteSlice()
        {
            var room = SliceBytes;
            while (room > 0 && (!_rest.IsEmpty || TakeNext()))
            {
                var length = Math.Min(room, _rest.Length);
                _output.Write(_rest.Span[..length]);
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
                frame = run.FrameFor(_encoder);
                _cursor = run.Position;
            }

            _streamState = _encoder.Advance(_streamState, frame!);
            _rest = frame!.Bytes;
            return true;
        }

        private void OnDrained()
        {
            if (_lagging)
            {
                _lagging = false;
                _stage._subscriber.Tell(new Subscriber.Drained(_cursor), ActorRefs.NoSender);
            }

            if (_pushed)
            {
                _pushed = false;
                Pull(_stage._in);
            }
        }

        private void Flush()
        {
            var flush = _output.FlushAsync();
            if (flush.IsCompletedSuccessfully)
            {
                if (flush.GetAwaiter().GetResult().IsCompleted)
                    End(StreamEnd.ClientGone);

                return;
            }

            _flushing = true;
            _ = TellWhenFlushedAsync(flush, StageActor.Ref);
        }

        private static async Task TellWhenFlushedAsync(ValueTask<FlushResult> flush, IActorRef self)
        {
            try
            {
                self.Tell(new Flushed((await flush).IsCompleted), ActorRefs.NoSender);
            }
            catch (Exception e) when (e is IOException or OperationCanceledException or InvalidOperationException)
            {
                // Whatever broke the connection, nobody is there any more.
                self.Tell(new Flushed(IsGone: true), ActorRefs.NoSender);
            }
        }

        private void OnFlushed(Flushed flushed)
        {
            _flushing = false;
            if (_finish is not null)
                Close();
            else if (flushed.IsGone)
                End(StreamEnd.ClientGone);
            else
                Write();
        }

        private void End(StreamEnd end)
        {
            _finish = end;
            Close();
        }

        private void Close()
        {
            _end = _finish!.Value;
            if (_opened && _rest.IsEmpty && _end != StreamEnd.ClientGone)
                _output.Write(_encoder.Closing(_streamState).Span);

            CompleteStage();
        }
    }

    private sealed record Flushed(bool IsGone);
}
