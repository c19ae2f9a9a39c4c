namespace Mercure.Actors.Matching;

/// <summary>
/// What a piece of matching may cost, in steps. A step is one position of a topic visited by a part of a template, one selector
/// looked at (four where the ends of templates don't fit and nothing is limited), or some characters compared: 3 to 20 nanoseconds, on any
/// machine in the same number.
/// </summary>
/// <param name="steps">Steps that may be spent.</param>
public sealed class StepBudget(long steps)
{
    private long _steps = steps;

    /// <summary>Steps spent so far; the last comparison may exceed what was allowed by a sweep.</summary>
    public long Spent { get; private set; }

    /// <summary>More was spent than allowed: what is found from now on, or not found, says nothing.</summary>
    public bool IsSpent => Spent > _steps;

    internal long Left => _steps - Spent;

    /// <summary>A budget for a single comparison, which is bounded by itself.</summary>
    internal static StepBudget Unlimited() => new(long.MaxValue);

    internal void Spend(long spent) => Spent += spent;

    /// <summary>So many may be spent, and none is.</summary>
    internal void Reset(long steps)
    {
        _steps = steps;
        Spent = 0;
    }
}
