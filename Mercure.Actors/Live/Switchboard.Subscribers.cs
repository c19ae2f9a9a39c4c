using Akka.Actor;
using Akka.Event;
using Mercure.Actors.Log;
using Mercure.Actors.Subscribers;
using Mercure.Actors.Updates;

namespace Mercure.Actors.Live;

/// <content>Towards the subscribers: who is live from where.</content>
internal sealed partial class Switchboard
{
    /// <summary>A subscriber this close to the head gets the rest with its attachment; others read first.</summary>
    private const int AttachUpdates = 256;

    /// <summary>Rows given at once to a subscriber that reads the newest rows.</summary>
    private const long SliceBytes = 256 * 1024;

    /// <summary>
    /// Steps that matching what a subscriber missed may take when it attaches; one that needs more reads it as a slice. That is more
    /// than a template of a page and its 256 updates take.
    /// </summary>
    private const long AttachSteps = 64 * 1024;

    /// <summary>
    /// Subscriber → switchboard: I shall attach with these. Answered by <see cref="Prepared"/>; in a cluster when the rows in hand hold
    /// all that it wants or, when it will look an id up, when the node knows of everything that was acknowledged before.
    /// </summary>
    public sealed record Prepare(Subscription Subscription);

    /// <summary>Switchboard → subscriber: the node knows the log up to this row. An id that it does not know may stand further on.</summary>
    public sealed record Prepared(long ThroughRow);

    /// <summary>
    /// Subscriber → switchboard: make me live after this position. Answered by <see cref="Attached"/>, <see cref="ReadSlice"/> or
    /// <see cref="ReadFirst"/>.
    /// </summary>
    public sealed record Attach(Subscription Subscription, Position After);

    /// <summary>
    /// Subscriber → switchboard: match me in the slow lane after this position. Answered by the <see cref="SlowLane"/>, with steps of a
    /// replay.
    /// </summary>
    /// <param name="Number">Comes back with each step.</param>
    /// <param name="MayReturn">Whether it attaches again when it has caught up.</param>
    public sealed record AttachSlowly(Subscription Subscription, int Number, Position After, bool MayReturn);

    /// <summary>
    /// Switchboard → subscriber: its selectors, or its token's, cost too much to be matched with the others. It is not live any more, and
    /// attaches slowly.
    /// </summary>
    /// <param name="From">It has all that it wants up to this position.</param>
    public sealed record MovedApart(Position From);

    /// <summary>Switchboard → subscriber: it is live; what follows is complete after this position.</summary>
    public sealed record Attached(Position From);

    /// <summary>Switchboard → subscriber: these rows come next, then attach again.</summary>
    public sealed record ReadSlice(IReadOnlyList<LogBatch> Batches);

    /// <summary>Switchboard → subscriber: read the journal up to this row, then attach again.</summary>
    public sealed record ReadFirst(long ThroughRow);

    /// <summary>Subscriber → switchboard: send no more.</summary>
    public sealed class Detach
    {
        public static readonly Detach Instance = new();
    }

    /// <summary>Host → switchboard: answered by <see cref="State"/> when everything that came before is done.</summary>
    public sealed class GetState
    {
        public static readonly GetState Instance = new();
    }

    /// <summary>Switchboard → host.</summary>
    public sealed class State
    {
        public static readonly State Instance = new();
    }

    private void OnPrepare(Prepare prepare)
    {
        var number = 0L;
        _interests?.Hold(prepare.Subscription.Selectors, _watermark);
        if (_interests is not null && prepare.Subscription.WantsReplay)
        {
            _interests.Ask();
            number = _interests.NextNumber;
        }

        if (!TryServe(prepare, Sender, number))
            _waiting.Enqueue((prepare, Sender, number));

        Declare();
    }

    private void OnAttach(Attach attach)
    {
        LeaveSlowLane(Sender);
        _interests?.Hold(attach.Subscription.Selectors, _watermark);
        if (!TryAttach(attach, Sender))
            _waiting.Enqueue((attach, Sender, 0));

        Declare();
    }

    private void OnAttachSlowly(AttachSlowly attach)
    {
        LeaveSlowLane(Sender);
        _interests?.Hold(attach.Subscription.Selectors, _watermark);
        if (!TryAttachSlowly(attach, Sender))
            _waiting.Enqueue((attach, Sender, 0));

        Declare();
    }

    private void ServeWaiting()
    {
        if (_watermark < 0)
            return;

        // Each is known to wait until it is its turn: one that fails the switchboard takes nobody along.
        for (var count = _waiting.Count; count > 0; count--)
        {
            var request = _waiting.Dequeue();
            if (!TryServe(request.Request, request.Subscriber, request.Number))
                _waiting.Enqueue(request);
        }
    }

    private bool TryServe(object request, IActorRef subscriber, long number)
    {
        if (request is Attach attach)
            return TryAttach(attach, subscriber);
        if (request is AttachSlowly slowly)
            return TryAttachSlowly(slowly, subscriber);

        var prepare = (Prepare)request;
        if (!IsPrepared(prepare.Subscription, number))
            return false;

        // They linger for as long as it may take to attach.
        _interests?.Release(prepare.Subscription.Selectors);
        subscriber.Tell(new Prepared(_watermark));
        return true;
    }

    /// <summary>With an id, what is not in hand is read; without, there is nothing to read when it is.</summary>
    private bool IsPrepared(Subscription subscription, long number)
    {
        if (_watermark < 0 || _interests is null)
            return _watermark >= 0;

        return subscription.WantsReplay ? !_linked || _interests.Taken >= number : CompleteAfter(subscription) is not null;
    }

    /// <summary>False when it has to wait.</summary>
    private bool TryAttach(Attach attach, IActorRef subscriber)
    {
        if (attach.After.SequenceNumber > _watermark || CompleteAfter(attach.Subscription) is not { } complete)
            return false;

        var nextRow = attach.After.NextRow;
        if (nextRow > _watermark)
        {
            GoLive(attach, subscriber, missing: []);
            return true;
        }

        if (nextRow <= complete || !_recent.Reaches(nextRow))
        {
            ReplyNotYet(attach, subscriber, new ReadFirst(_watermark));
            return true;
        }

        var slice = _recent.From(nextRow, SliceBytes);
        if (slice.Count == 0 || (_recent.From(slice[^1].SequenceNumber + 1, 1).Count == 0 && slice.Sum(batch => batch.Updates.Count) <= AttachUpdates))
            GoLive(attach, subscriber, slice);
        else
            ReplyNotYet(attach, subscriber, new ReadSlice(slice));

        return true;
    }

    /// <summary>
    /// The row after which what this node has, and gets, is complete for a subscriber; null when that isn't known yet, or the
    /// node has not come as far.
    /// </summary>
    private long? CompleteAfter(Subscription subscription)
    {
        if (_watermark < 0 || _interests is null)
            return _watermark < 0 ? null : -1;

        return _interests.CoveredFrom(subscription.Selectors) is { } covered && covered <= _watermark ? covered : null;
    }

    private void ReplyNotYet(Attach attach, IActorRef subscriber, object reply)
    {
        _interests?.Release(attach.Subscription.Selectors);
        subscriber.Tell(reply);
    }

    /// <summary>False when it has to wait. The slow lane has what it wants from then on, as a live subscriber does.</summary>
    private bool TryAttachSlowly(AttachSlowly attach, IActorRef subscriber)
    {
        if (attach.After.SequenceNumber > _watermark || CompleteAfter(attach.Subscription) is not { } complete)
            return false;

        _slowLane.Tell(new SlowLane.Follow(subscriber, attach.Subscription, attach.Number, attach.After, complete, _watermark, attach.MayReturn));
        _slow[subscriber] = attach.Subscription;
        Context.Watch(subscriber);
        return true;
    }

    private void GoLive(Attach attach, IActorRef subscriber, IReadOnlyList<LogBatch> missing)
    {
        var updates = missing.SelectMany(batch => batch.Updates);
        var missed = Selection.Of(updates, attach.Subscription, attach.After, _watermark, AttachSteps, isWhole: true);
        if (missed.IsSpent)
        {
            ReplyNotYet(attach, subscriber, new ReadSlice(missing));
            return;
        }

        subscriber.Tell(new Attached(attach.After));
        if (missed.Updates is { } run)
            subscriber.Tell(run);

        var attachment = new Attachment(subscriber, attach.Subscription);
        _fanOut.Add(attachment);
        _attached.Add(subscriber, attachment);
        Context.Watch(subscriber);
    }

    private void Forget(IActorRef subscriber)
    {
        LeaveSlowLane(subscriber);
        if (!_attached.Remove(subscriber, out var attachment))
            return;

        Context.Unwatch(subscriber);
        _fanOut.Remove(attachment);
        _interests?.Release(attachment.Selectors);
    }

    private void LeaveSlowLane(IActorRef subscriber)
    {
        if (!_slow.Remove(subscriber, out var subscription))
            return;

        Context.Unwatch(subscriber);
        _slowLane.Tell(new SlowLane.Forget(subscriber));
        _interests?.Release(subscription.Selectors);
    }

    /// <summary>These cost too much. A node that knows its subscribers' selectors knows them still when they attach slowly.</summary>
    private void MoveApart(IReadOnlyList<Attachment> attachments, Position from)
    {
        foreach (var attachment in attachments)
        {
            _attached.Remove(attachment.Subscriber);
            Context.Unwatch(attachment.Subscriber);
            _interests?.Release(attachment.Selectors);
            attachment.Subscriber.Tell(new MovedApart(from));
        }

        if (attachments.Count == 0)
            return;

        _log.Warning("The topic selectors of {0} subscribers cost more than the others leave; they are matched apart, and get their updates later", attachments.Count);
        Self.Tell(RemoveApart.Instance);
    }

    private void OnRemoveApart()
    {
        if (_fanOut.RemoveSome())
            Self.Tell(RemoveApart.Instance);
    }

    private sealed class RemoveApart
    {
        public static readonly RemoveApart Instance = new();
    }
}
