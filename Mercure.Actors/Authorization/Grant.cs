using Mercure.Actors.Matching;

namespace Mercure.Actors.Authorization;

/// <summary>
/// What a token lets its bearer read (or write): matchers, each for names of some kind, or everything. Public updates
/// need no grant. Immutable, shared by every connection with the same token.
/// </summary>
public sealed class Grant
{
    /// <summary>Public updates only.</summary>
    public static readonly Grant None = new(Reach.Targets, [], []);

    /// <summary>Every audience, in every generation: the reserved <c>*</c>.</summary>
    public static readonly Grant Everything = new(Reach.Everything, [], []);

    private readonly Reach _reach;
    private readonly HashSet<string> _exact;
    private readonly TopicSelector[] _patterns;

    private Grant(Reach reach, HashSet<string> exact, TopicSelector[] patterns)
    {
        _reach = reach;
        _exact = exact;
        _patterns = patterns;
    }

    private enum Reach
    {
        Targets,
        TargetsAndTopics,
        Everything,
    }

    /// <summary>The grant of a generation 0.7 claim: a list of targets, in which <c>*</c> stands for all of them.</summary>
    public static Grant OfTargets(IReadOnlyCollection<string> targets) =>
        targets.Contains("*", StringComparer.Ordinal) ? Everything
        : targets.Count == 0 ? None
        : new Grant(Reach.Targets, targets.ToHashSet(StringComparer.Ordinal), []);

    /// <summary>The grant of a claim of generation 0.10 and later: selectors, which match topics and targets alike.</summary>
    public static Grant OfSelectors(IReadOnlyCollection<TopicSelector> selectors) =>
        selectors.Contains(TopicSelector.All) ? Everything
        : selectors.Count == 0 ? None
        : new Grant(
            Reach.TargetsAndTopics,
            selectors.Where(static selector => selector.IsExact).Select(static selector => selector.Text).ToHashSet(StringComparer.Ordinal),
            [.. selectors.Where(static selector => !selector.IsExact).Distinct()]);

    /// <summary>Whether the bearer may read an update with this audience: one name is enough.</summary>
    public bool Allows(Audience audience) => Allows(audience, StepBudget.Unlimited());

    /// <inheritdoc cref="Allows(Audience)"/>
    /// <remarks>Says nothing when the budget is spent.</remarks>
    public bool Allows(Audience audience, StepBudget budget)
    {
        if (_reach == Reach.Everything || audience.IsPublic)
            return true;

        foreach (var name in audience.Names)
        {
            if (Holds(name, budget))
                return true;
        }

        return false;
    }

    /// <summary>Whether the bearer holds a matcher for this name; a publisher needs one for each name it publishes to.</summary>
    public bool Holds(AudienceName name) => Holds(name, StepBudget.Unlimited());

    /// <inheritdoc cref="Holds(AudienceName)"/>
    /// <remarks>Says nothing when the budget is spent.</remarks>
    public bool Holds(AudienceName name, StepBudget budget) => _reach switch
    {
        Reach.Everything => true,
        // A topic that is spelt like a target is something else
        Reach.Targets when name.Kind != AudienceKind.Target => false,
        _ => _exact.Contains(name.Value) || MatchesPattern(name.Value, budget),
    };

    private bool MatchesPattern(string name, StepBudget budget)
    {
        foreach (var selector in _patterns)
        {
            if (selector.Matches(name, budget))
                return true;
        }

        return false;
    }
}
