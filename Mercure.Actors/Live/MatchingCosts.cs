using Mercure.Actors.Matching;

namespace Mercure.Actors.Live;

/// <summary>
/// What the live subscribers of a node cost it, in steps of one interval (a tick of the switchboard). When the interval's steps are
/// spent, those that are left to be compared have a share each. Who needs more is named, and from then on matched apart, in the
/// <see cref="SlowLane"/>; who does not is served, however much there is to do.
/// </summary>
/// <remarks>
/// An interval takes at most its steps, and a share and a sweep for each subscriber: a thousand hostile ones make it three or four times as long. One of those who asked for a
/// template pays for all of them, until that one is named: then the next does.
/// </remarks>
internal sealed class MatchingCosts : MatchingAccount<Attachment>
{
    /// <summary>
    /// Some 30 to 80 ms in an interval of 250 ms. Ten thousand subscribers with a template each, all of one prefix, and 400 updates an
    /// interval take as many.
    /// </summary>
    public const long IntervalSteps = 8 * 1024 * 1024;

    /// <summary>
    /// A share. A real subscriber needs a few hundred steps for an update that its template's prefix lets pass; each of the ten thousand
    /// above, two.
    /// </summary>
    public const long Share = 16 * 1024;

    /// <summary>Steps that comparing one private update with the selectors of one token may take, while as many are left: some 10 ms.</summary>
    private const long GrantSteps = 1024 * 1024;

    private readonly StepBudget _grantBudget = new(0);
    private Attachment? _payer;
    private long _left = IntervalSteps;
    private int _interval = 1;

    /// <summary>Those who were named and not yet taken away.</summary>
    public List<Attachment> Named { get; } = [];

    /// <summary>Steps spent in all intervals.</summary>
    public long Total { get; private set; }

    /// <summary>A new interval, in which nothing is spent.</summary>
    public void Begin()
    {
        _interval++;
        _left = IntervalSteps;
        IsStrict = false;
    }

    /// <inheritdoc/>
    public override bool Charge(long steps)
    {
        Spend(steps);
        return true;
    }

    /// <inheritdoc/>
    public override long LimitFor(TemplateOwners<Attachment> owners)
    {
        _payer = PayerOf(owners);
        if (_payer is not null)
            return Share - SpentBy(_payer);

        owners.IsAside = true;
        return -1;
    }

    /// <inheritdoc/>
    public override void Charge(TemplateOwners<Attachment> owners, long steps) => Charge(_payer!, steps);

    /// <summary>A budget for comparing one update with one token's selectors; good until the next is asked for.</summary>
    public StepBudget BeginGrant()
    {
        _grantBudget.Reset(Math.Clamp(_left / 2, Share, GrantSteps));
        return _grantBudget;
    }

    /// <summary>What that took; a bearer for whom it was not enough is matched apart.</summary>
    public void ChargeGrant(Attachment bearer)
    {
        if (IsStrict)
            Charge(bearer, _grantBudget.Spent);
        else
            Spend(_grantBudget.Spent);

        if (_grantBudget.IsSpent)
            Name(bearer);
    }

    private void Charge(Attachment payer, long steps)
    {
        payer.Spent = SpentBy(payer) + steps;
        payer.Interval = _interval;
        Total += steps;
        if (payer.Spent > Share)
            Name(payer);
    }

    private void Spend(long spent)
    {
        Total += spent;
        _left -= spent;
        IsStrict = _left <= 0;
    }

    private long SpentBy(Attachment payer) => payer.Interval == _interval ? payer.Spent : 0;

    private void Name(Attachment attachment)
    {
        if (attachment.IsApart)
            return;

        attachment.IsApart = true;
        Named.Add(attachment);
    }

    /// <summary>The one that paid last, or the next that is not apart; null when all are.</summary>
    private static Attachment? PayerOf(TemplateOwners<Attachment> owners)
    {
        for (var tries = owners.Count; tries > 0; tries--)
        {
            if (owners.Payer >= owners.Count)
                owners.Payer = 0;
            if (owners[owners.Payer] is { IsApart: false } payer)
                return payer;

            owners.Payer++;
        }

        return null;
    }
}
