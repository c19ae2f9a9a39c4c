namespace Mercure.Actors.Matching;

/// <summary>The operators of RFC 6570, section 2.2.</summary>
internal enum ExpressionOperator : byte
{
    Simple,
    Reserved,
    Fragment,
    Label,
    Path,
    Parameter,
    Query,
    Continuation,
}

/// <summary>What an operator does to its variables: the table of RFC 6570, appendix A.</summary>
/// <param name="Symbol">As written after the brace.</param>
/// <param name="First">What precedes the first defined variable, -1 for nothing.</param>
/// <param name="Separator">What stands between defined variables, and between the members of an exploded one.</param>
/// <param name="IsNamed">Whether values come as <c>name=value</c>.</param>
/// <param name="AllowsReserved">Whether reserved characters and triplets in a value are copied.</param>
/// <param name="NameAlone">Whether a name may stand without "=": in <c>;</c> when the value is empty.</param>
/// <param name="EmptyAfterEquals">Whether nothing may follow "=": not in <c>;</c>, which then leaves the "=" out.</param>
internal sealed record OperatorRules(
    char Symbol, int First, char Separator, bool IsNamed, bool AllowsReserved, bool NameAlone, bool EmptyAfterEquals)
{
    private static readonly OperatorRules[] Table =
    [
        new('\0', -1, ',', IsNamed: false, AllowsReserved: false, NameAlone: true, EmptyAfterEquals: true),
        new('+', -1, ',', IsNamed: false, AllowsReserved: true, NameAlone: true, EmptyAfterEquals: true),
        new('#', '#', ',', IsNamed: false, AllowsReserved: true, NameAlone: true, EmptyAfterEquals: true),
        new('.', '.', '.', IsNamed: false, AllowsReserved: false, NameAlone: true, EmptyAfterEquals: true),
        new('/', '/', '/', IsNamed: false, AllowsReserved: false, NameAlone: true, EmptyAfterEquals: true),
        new(';', ';', ';', IsNamed: true, AllowsReserved: false, NameAlone: true, EmptyAfterEquals: false),
        new('?', '?', '&', IsNamed: true, AllowsReserved: false, NameAlone: false, EmptyAfterEquals: true),
        new('&', '&', '&', IsNamed: true, AllowsReserved: false, NameAlone: false, EmptyAfterEquals: true),
    ];

    public static OperatorRules Of(ExpressionOperator expressionOperator) => Table[(int)expressionOperator];

    /// <summary>False for the simple operator, which has no symbol, and for the ones reserved by section 2.2.</summary>
    public static bool TryFind(char symbol, out ExpressionOperator found)
    {
        for (var index = 1; index < Table.Length; index++)
        {
            if (Table[index].Symbol != symbol)
                continue;
            found = (ExpressionOperator)index;
            return true;
        }

        found = ExpressionOperator.Simple;
        return false;
    }
}
