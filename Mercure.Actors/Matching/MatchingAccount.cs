namespace Mercure.Actors.Matching;

/// <summary>Who pays for comparing topics with the templates of an index.</summary>
internal abstract class MatchingAccount<T>
    where T : class
{
    /// <summary>Whether each comparison has a limit.</summary>
    public bool IsStrict { get; protected set; }

    /// <summary>Steps that were taken while nothing was limited. False: no other template is looked at.</summary>
    public abstract bool Charge(long steps);

    /// <summary>Steps that the next comparison with this template may take, when they are limited; below zero to leave it out.</summary>
    public abstract long LimitFor(TemplateOwners<T> owners);

    /// <summary>
    /// Takes note of the comparison for which <see cref="LimitFor"/> was called. Where it took more than the limit, its answer is unknown, and it
    /// is tried again with the limit of who is left.
    /// </summary>
    public abstract void Charge(TemplateOwners<T> owners, long steps);
}
