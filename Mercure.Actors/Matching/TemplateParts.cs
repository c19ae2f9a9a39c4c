namespace Mercure.Actors.Matching;

/// <summary>
/// Makes expressions that stand side by side one where that changes nothing: <c>{+a}{+b}</c> matches what <c>{+a}</c> matches, and so
/// does <c>{+a}{/b}{?c*}</c>. Without it such a run is swept once for each of its variables.
/// </summary>
/// <remarks>
/// A reserved expression with a variable that has no modifier expands to any sequence of the characters and triplets that any
/// expression expands to, the empty one included. A simple one does so for the characters of simple values and the comma, which a
/// simple expression without an exploded variable does not exceed.
/// </remarks>
internal static class TemplateParts
{
    /// <summary>The parts that match the same topics, in as few sweeps. Changes the array.</summary>
    public static TemplatePart[] Merge(TemplatePart[] parts)
    {
        var length = 0;
        for (var start = 0; start < parts.Length;)
        {
            var end = start;
            while (end < parts.Length && parts[end].Kind == PartKind.Variable)
                end++;

            if (end == start)
                parts[length++] = parts[start++];
            else
                length = MergeExpressions(parts.AsSpan(start, end - start), parts, length);

            start = Math.Max(start, end);
        }

        return length == parts.Length ? parts : parts[..length];
    }

    /// <summary>Puts what is left of expressions that stand side by side behind what there is of the parts; returns where they end.</summary>
    private static int MergeExpressions(ReadOnlySpan<TemplatePart> expressions, TemplatePart[] parts, int length)
    {
        foreach (var part in expressions)
        {
            if (IsAnything(part, ExpressionOperator.Reserved))
            {
                parts[length] = part with { IsLast = true };
                return length + 1;
            }
        }

        while (expressions.Length > 0)
        {
            var taken = SimpleLength(expressions, out var anything);
            if (taken > 0)
            {
                parts[length++] = expressions[anything] with { IsLast = true };
            }
            else
            {
                taken = ExpressionLength(expressions);
                expressions[..taken].CopyTo(parts.AsSpan(length));
                length += taken;
            }

            expressions = expressions[taken..];
        }

        return length;
    }

    /// <summary>Length of the simple expressions that come first, if one of them can be anything; 0 if not.</summary>
    private static int SimpleLength(ReadOnlySpan<TemplatePart> expressions, out int anything)
    {
        anything = -1;
        var length = 0;
        while (length < expressions.Length)
        {
            var expression = expressions.Slice(length, ExpressionLength(expressions[length..]));
            if (!IsSimple(expression))
                break;

            for (var i = 0; i < expression.Length && anything < 0; i++)
            {
                if (IsAnything(expression[i], ExpressionOperator.Simple))
                    anything = length + i;
            }

            length += expression.Length;
        }

        return anything < 0 ? 0 : length;
    }

    private static bool IsSimple(ReadOnlySpan<TemplatePart> expression)
    {
        foreach (var part in expression)
        {
            if (part.Operator != ExpressionOperator.Simple || part.Modifier == Modifier.Explode)
                return false;
        }

        return true;
    }

    private static bool IsAnything(TemplatePart part, ExpressionOperator expressionOperator) =>
        part.Operator == expressionOperator && part.Modifier == Modifier.None;

    private static int ExpressionLength(ReadOnlySpan<TemplatePart> expressions)
    {
        var length = 1;
        while (!expressions[length - 1].IsLast)
            length++;
        return length;
    }
}
