using Akka.Actor;
using Akka.Event;
using Mercure.Actors.Catchup;
using Mercure.Actors.Log;
using Mercure.Actors.Subscribers;
using Mercure.Actors.Updates;

namespace Mercure.Actors.Live;

/// <summary>
/// Where the subscribers of a node are matched whose selectors, or whose token's, cost too much to be matched with the others: one
/// after the other, each from its own cursor, on one thread that nobody else waits for. Owns their cursors, what each has cost, and the
/// newest rows. Child of the switchboard, which says who comes and hands it the rows; to a subscriber it is a replay that does
/// not end. Whoever has cost least is next, so that the dear wait for the cheap. When it fails, its subscribers attach again.
/// </summary>
internal sealed class SlowLane : ReceiveActor
{
    /// <summary>Steps of one turn: some 10 ms. A single update may take more.</summary>
    private const long TurnSteps = 1024 * 1024;

    /// <summary>
    /// Steps that one update may take for one subscriber, half a second: hundreds of templates against a thousand topics, all to
    /// their ends. A subscriber that needs more loses its stream.
    /// </summary>
    internal const long MostSteps = 64 * 1024 * 1024;

    /// <summary>What a turn costs at least.</summary>
    private const long TurnCost = 1_000;

    /// <summary>What a part of a template is reckoned to cost before anything is known: the dear begin behind the others.</summary>
    private const long PartCost = 1_000;

    private const long RecentUpdates = 10_000;
    private const long RecentBytes = 16 * 1024 * 1024;
    private const long SliceBytes = 256 * 1024;

    private static readonly TimeSpan PageTimeout = TimeSpan.FromSeconds(10);

    private readonly IActorRef _history;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly RecentBatches _recent = new(RecentUpdates, RecentBytes);
    private readonly Dictionary<IActorRef, Follower> _followers = [];
    private readonly PriorityQueue<Follower, long> _ready = new();
    private readonly PriorityQueue<Follower, long> _needPages = new();
    private readonly HashSet<Follower> _level = [];

    private Follower? _fetching;
    private bool _working;
    private long _cheapest;

    public SlowLane(IActorRef history)
    {
        _history = history;

        Receive<Follow>(OnFollow);
        Receive<Forget>(forget => Remove(forget.Subscriber));
        Receive<LogBatch>(OnRow);
        Receive<Passed>(OnPassed);
        Receive<Begin>(OnBegin);
        Receive<SseSink.Written>(_ => OnWritten());
        Receive<Work>(_ => OnWork());
        Receive<Page>(OnPage);
        Receive<History.RowsTrimmed>(_ => OnNoPage(new Replay.Step.FellBehind()));
        Receive<History.PageUnavailable>(_ => OnNoPage(new Replay.Step.Interrupted()));
    }

    /// <summary>
    /// Switchboard → slow lane: match this one from here on. The subscriber gets <see cref="Stepped"/>, and answers each run.
    /// </summary>
    /// <param name="CompleteAfter">Rows up to this one, as the node has them, may lack what the subscriber wants: they are read.</param>
    /// <param name="Newest">The newest row that the switchboard has; those that follow are handed to the slow lane.</param>
    /// <param name="Number">The subscriber's number for it.</param>
    /// <param name="MayReturn">Whether it may attach again when it has caught up.</param>
    public sealed record Follow(IActorRef Subscriber, Subscription Subscription, int Number, Position After, long CompleteAfter, long Newest, bool MayReturn);

    /// <summary>
    /// Slow lane → subscriber: as a replay's. With the number of its <see cref="Follow"/>: a slow lane that ends may still send a step, which comes
    /// after the switchboard has said that it has ended, and when the subscriber has attached to the next.
    /// </summary>
    public sealed record Stepped(int Number, Replay.Step Step);

    /// <summary>Switchboard → slow lane: this one has gone, or attached.</summary>
    public sealed record Forget(IActorRef Subscriber);

    /// <summary>Switchboard → slow lane: the rows up to this one have nothing more for this node.</summary>
    public sealed record Passed(long Row);

    /// <summary>Switchboard → slow lane: the rows up to this one are not known here.</summary>
    public sealed record Begin(long Row);

    public static Props Props(IActorRef history) => Akka.Actor.Props.Create(() => new SlowLane(history));

    /// <summary>Where it ends with the switchboard, that says so: it knows those as well who are on their way here.</summary>
    protected override void PreRestart(Exception reason, object message)
    {
        foreach (var subscriber in _followers.Keys)
            subscriber.Tell(Subscriber.SlowLaneLost.Instance);

        base.PreRestart(reason, message);
    }

    private void OnFollow(Follow follow)
    {
        Remove(follow.Subscriber);
        if (follow.Newest > _recent.Newest)
            _recent.Begin(follow.Newest + 1);

        var follower = new Follower(follow) { Cost = _cheapest + (PartCost * follow.Subscription.Selectors.Sum(static selector => (long)selector.Parts)) };
        _followers.Add(follow.Subscriber, follower);
        Queue(follower);
    }

    private void OnRow(LogBatch batch)
    {
        _recent.Add(batch);
        WakeLevel();
    }

    private void OnPassed(Passed passed)
    {
        _recent.SkipTo(passed.Row);
        WakeLevel();
    }

    /// <summary>Whoever was not as far finds the rows in the journal, or finds that they were deleted.</summary>
    private void OnBegin(Begin begin)
    {
        _recent.Begin(begin.Row + 1);
        WakeLevel();
    }

    /// <summary>The client has read the run: the next, please.</summary>
    private void OnWritten()
    {
        if (_followers.TryGetValue(Sender, out var follower) && follower.IsWriting)
        {
            follower.IsWriting = false;
            Queue(follower);
        }
    }

    private void OnWork()
    {
        _working = false;
        while (_ready.TryDequeue(out var follower, out var cost))
        {
            if (follower.IsGone)
                continue;

            _cheapest = Math.Max(_cheapest, cost);
            Serve(follower);
            break;
        }

        WorkOn();
    }

    private void Serve(Follower follower)
    {
        var next = follower.Cursor.NextRow;
        if (next > _recent.Newest)
        {
            OnLevel(follower);
        }
        else if (next <= follower.CompleteAfter || !_recent.Reaches(next))
        {
            _needPages.Enqueue(follower, follower.Cost);
            FetchNext();
        }
        else
        {
            var slice = _recent.From(next, SliceBytes);
            Match(follower, slice, slice.Count == 0 ? _recent.Newest : slice[^1].SequenceNumber);
        }
    }

    /// <summary>One page at a time: those who wait for theirs hold a position.</summary>
    private void FetchNext()
    {
        while (_fetching is null && _needPages.TryDequeue(out var follower, out _))
        {
            if (follower.IsGone)
                continue;

            _fetching = follower;
            var row = follower.Cursor.NextRow;
            _history.Ask(new History.GetPage(row), PageTimeout).PipeTo(Self, failure: cause => new History.PageUnavailable(row, cause.Message));
        }
    }

    private void OnPage(Page page)
    {
        // Asked for by a former life, or for one that has gone.
        if (TakeFetching() is not { } follower)
            return;

        if (page.FirstRow > follower.Cursor.NextRow)
            Leave(follower, new Replay.Step.FellBehind());
        else if (page.Holds(follower.Cursor.NextRow))
            Match(follower, page.Batches, page.LastRow);
        else
            Queue(follower);

        FetchNext();
    }

    private void OnNoPage(Replay.Step step)
    {
        if (TakeFetching() is { } follower)
            Leave(follower, step);

        FetchNext();
    }

    private Follower? TakeFetching()
    {
        var follower = _fetching;
        _fetching = null;
        return follower is { IsGone: false } ? follower : null;
    }

    private void Match(Follower follower, IReadOnlyList<LogBatch> batches, long lastRow)
    {
        var updates = batches.SelectMany(batch => batch.Updates);
        var selection = Selection.Of(updates, follower.Subscription, follower.Cursor, lastRow, TurnSteps);
        if (selection.IsSpent && selection.Cursor == follower.Cursor)
        {
            var next = updates.First(update => update.Position > follower.Cursor);
            selection = Selection.Of([next], follower.Subscription, follower.Cursor, lastRow, MostSteps);
            if (selection.IsSpent)
            {
                Refuse(follower, next);
                return;
            }

            selection = selection with { Cursor = next.Position };
        }

        follower.Cost = Math.Max(follower.Cost, _cheapest) + selection.Steps + TurnCost;
        follower.Cursor = selection.Cursor;
        if (selection.Updates is { } run)
        {
            follower.IsWriting = true;
            follower.Subscriber.Tell(new Stepped(follower.Number, new Replay.Step.Run(run, selection.Cursor)));
        }
        else
        {
            Queue(follower);
        }
    }

    private void Refuse(Follower follower, StoredUpdate update)
    {
        _log.Warning(
            "A stream ends: to compare its {0} topic selectors, and those of its token, with the {1} topics of update {2} takes more than {3} steps",
            follower.Subscription.Selectors.Count, update.Update.Topics.Count, update.Id, MostSteps);
        follower.Subscriber.Tell(new Subscriber.End(StreamEnd.SelectorsTooDear));
        Remove(follower.Subscriber);
    }

    private void OnLevel(Follower follower)
    {
        if (follower.MayReturn)
            Leave(follower, new Replay.Step.CaughtUp(follower.Cursor));
        else
            _level.Add(follower);
    }

    private void WakeLevel()
    {
        foreach (var follower in _level)
            Queue(follower);

        _level.Clear();
    }

    /// <summary>Who has waited is not owed anything: it is next, and not for as long as it has waited.</summary>
    private void Queue(Follower follower)
    {
        if (follower.IsGone)
            return;

        follower.Cost = Math.Max(follower.Cost, _cheapest);
        _ready.Enqueue(follower, follower.Cost);
        WorkOn();
    }

    /// <summary>A turn is a message, so that rows and goodbyes come between.</summary>
    private void WorkOn()
    {
        if (_working || _ready.Count == 0)
            return;

        _working = true;
        Self.Tell(Work.Instance);
    }

    private void Leave(Follower follower, Replay.Step step)
    {
        Remove(follower.Subscriber);
        follower.Subscriber.Tell(new Stepped(follower.Number, step));
    }

    private void Remove(IActorRef subscriber)
    {
        if (!_followers.Remove(subscriber, out var follower))
            return;

        follower.IsGone = true;
        _level.Remove(follower);
    }

    private sealed class Follower(Follow follow)
    {
        public IActorRef Subscriber { get; } = follow.Subscriber;

        public Subscription Subscription { get; } = follow.Subscription;

        public int Number { get; } = follow.Number;

        public long CompleteAfter { get; } = follow.CompleteAfter;

        public bool MayReturn { get; } = follow.MayReturn;

        public Position Cursor { get; set; } = follow.After;

        /// <summary>Steps that it has cost, counted from what the cheapest had cost when it came.</summary>
        public long Cost { get; set; }

        /// <summary>It has a run that its client has not read.</summary>
        public bool IsWriting { get; set; }

        public bool IsGone { get; set; }
    }

    private sealed class Work
    {
        public static readonly Work Instance = new();
    }
}
