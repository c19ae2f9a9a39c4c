namespace Mercure.Actors.Authorization;

/// <summary>
/// What a token lets its bearer read (or write): matchers, each for names of one kind, or everything. Public updates
/// need no grant. Immutable, shared by every connection with the same token.
/// </summary>
public sealed class Grant
{
    /// <summary>Public updates only.</summary>
    public static readonly Grant None = new(everything: false, targets: []);

    /// <summary>Every audience, in every generation: the reserved <c>*</c>.</summary>
    public static readonly Grant Everything = new(everything: true, targets: []);

    private readonly bool _everything;
    private readonly HashSet<string> _targets;

    private Grant(bool everything, HashSet<string> targets)
    {
        _everything = everything;
        _targets = targets;
    }

    /// <summary>The grant of a generation 0.7 claim: a list of targets, in which <c>*</c> stands for all of them.</summary>
    public static Grant OfTargets(IReadOnlyCollection<string> targets) =>
        targets.Contains("*", StringComparer.Ordinal) ? Everything
        : targets.Count == 0 ? None
        : new Grant(everything: false, targets.ToHashSet(StringComparer.Ordinal));

    /// <summary>Whether the bearer may read an update with this audience: one name is enough.</summary>
    public bool Allows(Audience audience)
    {
        if (_everything || audience.IsPublic)
            return true;

        foreach (var name in audience.Names)
        {
            if (Holds(name))
                return true;
        }

        return false;
    }

    /// <summary>Whether the bearer holds a matcher for this name; a publisher needs one for each name of the audience.</summary>
    public bool Holds(AudienceName name) =>
        _everything || (name.Kind == AudienceKind.Target && _targets.Contains(name.Value));
}
