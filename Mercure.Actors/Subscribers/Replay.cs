using Akka;
using Akka.Actor;
using Akka.Streams.Dsl;
using Akka.Util;
using Mercure.Actors.Catchup;
using Mercure.Actors.Live;
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
    }

    public Source<Step, NotUsed> From(Position cursor) => Source.UnfoldAsync(cursor, NextAsync);

    /// <summary>The first run of these; null when there are none.</summary>
    /// <param name="updates">In order.</param>
    /// <param name="lastRow">The row up to which they are all that the subscriber gets.</param>
    public static Step.Run? FirstRun(IEnumerable<StoredUpdate> updates, long lastRow)
    {
        Delivery? run = null;
        foreach (var update in updates)
        {
            if (run is not null && (run.Bytes >= RunBytes || run.Count >= RunUpdates))
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
                    if (FirstRun(page.Select(subscription.Selectors, cursor).Where(subscription.MayRead), page.LastRow) is { } run)
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
