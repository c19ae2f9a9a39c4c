using Mercure.Actors.Live;
using Mercure.Actors.Matching;
using Mercure.Actors.Updates;

namespace Mercure.Actors.Subscribers;

/// <summary>What a subscriber gets of a run of updates, as far as some steps go.</summary>
/// <param name="Updates">The run; null for none.</param>
/// <param name="Cursor">The subscriber gets nothing else up to here.</param>
/// <param name="Steps">What it took.</param>
/// <param name="IsSpent">Whether the steps were spent before the update after the cursor was decided.</param>
internal readonly record struct Selection(Delivery? Updates, Position Cursor, long Steps, bool IsSpent)
{
    /// <param name="updates">In order.</param>
    /// <param name="subscription">Of the subscriber.</param>
    /// <param name="after">Where the subscriber is.</param>
    /// <param name="lastRow">The row with which the updates end.</param>
    /// <param name="steps">What it may take.</param>
    /// <param name="isWhole">Whether the run may be longer than one of a replay.</param>
    public static Selection Of(
        IEnumerable<StoredUpdate> updates, Subscription subscription, Position after, long lastRow, long steps, bool isWhole = false)
    {
        var budget = new StepBudget(steps);
        Delivery? run = null;
        var cursor = after;
        foreach (var update in updates)
        {
            if (update.Position <= after)
                continue;

            if (!isWhole && run is not null && Replay.IsFull(run))
                return new Selection(run, cursor, budget.Spent, IsSpent: false);

            budget.Spend(1);
            var isWanted = subscription.Wants(update, budget);
            if (budget.IsSpent)
                return new Selection(run, cursor, budget.Spent, IsSpent: true);

            cursor = update.Position;
            if (isWanted)
                run = run is null ? Delivery.Of(update) : run.Append(update);
        }

        return new Selection(run, Position.EndOf(lastRow), budget.Spent, IsSpent: false);
    }
}
