using Akka;
using Akka.Actor;
using Akka.Streams.Dsl;
using Akka.Util;
using Mercure.Actors.Catchup;
using Mercure.Actors.Live;
using Mercure.Actors.Matching;
using Mercure.Actors.Updates;

namespace Mercure.Actors.Subscribers;

/// <summary>
/// What a subscriber has missed, as a stream of runs: from its cursor up to a row, out of the pages that it shares with
/// everyone on the node. One run is made each time one is wanted, so that a client that does not read costs a position and
/// not a page. Ends with its last run, or with the step that says why it can't go on.
/// </summary>
internal sealed class Replay(IActorRef history, Subscription subscription, long throughRow)
{
    /// <summary>One run of a replay: what is put together and written between two pulls.</summary>
    private const int RunBytes = 64 * 1024;

    private const int RunUpdates = 1_000;

    /// <summary>
    /// Steps that matching a page may take here, on a thread that others wait for: a thousand selectors of a real page take less. Who
    /// needs more reads in the <see cref="SlowLane"/>.
    /// </summary>
    private const long PageSteps = 512 * 1024;

    private static readonly TimeSpan PageTimeout = TimeSpan.FromSeconds(10);

    private readonly Position _end = Position.EndOf(throughRow);

    /// <summary>Replay → subscriber, by its <see cref="SseSink"/>; a run is answered by <see cref="SseSink.Written"/>.</summary>
    public abstract record Step
    {
        private Step()
        {
        }

        /// <summary>These come next, and nothing else does up to the cursor.</summary>
        public sealed record Run(Delivery Updates, Position Cursor) : Step;

        /// <summary>The row that comes next was deleted.</summary>
        public sealed record FellBehind : Step;

        /// <summary>The journal can't be read now.</summary>
        public sealed record Interrupted : Step;

        /// <summary>To match what comes next takes more steps than a replay may spend.</summary>
        public sealed record TooDear : Step;

        /// <summary>Slow lane → subscriber: nothing more up to here, and to the head of the log; it may attach.</summary>
        public sealed record CaughtUp(Position Cursor) : Step;
    }

    public Source<Step, NotUsed> From(Position cursor) => Source.UnfoldAsync(cursor, NextAsync);

    /// <summary>Whether a run is as long as one should be.</summary>
    public static bool IsFull(Delivery run) => run.Bytes >= RunBytes || run.Count >= RunUpdates;

    /// <summary>The first run of these; null when there are none.</summary>
    /// <param name="updates">In order.</param>
    /// <param name="lastRow">The row up to which they are all that the subscriber gets.</param>
    private static Step.Run? FirstRun(IEnumerable<StoredUpdate> updates, long lastRow)
    {
        Delivery? run = null;
        foreach (var update in updates)
        {
            if (run is not null && IsFull(run))
                return new Step.Run(run, run.Position);

            run = run is null ? Delivery.Of(update) : run.Append(update);
        }

        return run is null ? null : new Step.Run(run, Position.EndOf(lastRow));
    }

    private async Task<Option<(Position, Step)>> NextAsync(Position cursor)
    {
        while (cursor < _end)
        {
            switch (await GetPageAsync(cursor.NextRow))
            {
                case Page page when page.FirstRow > cursor.NextRow:
                case History.RowsTrimmed:
                    return (_end, new Step.FellBehind());
                case Page page:
                    var budget = new StepBudget(PageSteps);
                    var run = FirstRun(page.Select(subscription.Selectors, cursor, budget).Where(update => subscription.MayRead(update, budget)), page.LastRow);
                    if (budget.IsSpent)
                        return (_end, new Step.TooDear());
                    if (run is not null)
                        return (run.Cursor, run);
                    cursor = Position.EndOf(page.LastRow);
                    break;
                default:
                    return (_end, new Step.Interrupted());
            }
        }

        return Option<(Position, Step)>.None;
    }

    /// <summary>Null when history did not answer.</summary>
    private async Task<object?> GetPageAsync(long row)
    {
        try
        {
            return await history.Ask(new History.GetPage(row), PageTimeout);
        }
        catch (AskTimeoutException)
        {
            return null;
        }
    }
}
