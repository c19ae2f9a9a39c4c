namespace Mercure.Http.Settings;

/// <summary>What may have been meant by a name that isn't there: only a name that a slip of the hand leads to.</summary>
internal static class NearestName
{
    private const int MaxEdits = 3;

    private static readonly char[] Separators = ['_', '-', '.'];

    /// <summary>The nearest name; null when none is near.</summary>
    public static string? Of(string name, IEnumerable<string> known) =>
        known.Select(candidate => (Name: candidate, Distance: Distance(name, candidate)))
            .Where(static near => near.Distance is not null)
            .OrderBy(static near => near.Distance)
            .FirstOrDefault().Name;

    /// <summary>
    /// Edits between what differs in two names, without the words that they begin with in common; a forgotten word counts as one. Null
    /// beyond one edit for every four letters, and beyond three: <c>PUBLIC_URL</c> is no slip for <c>DEBUG</c>.
    /// </summary>
    private static int? Distance(string name, string candidate)
    {
        if (LacksOneWord(name.Split(Separators), candidate.Split(Separators)))
            return 1;
        var prefix = name.IndexOfAny(Separators) + 1;
        if (!candidate.StartsWith(name[..prefix], StringComparison.Ordinal))
            return null;
        var edits = Edits(name[prefix..], candidate[prefix..]);
        return edits <= Math.Clamp((name.Length - prefix) / 4, 1, MaxEdits) ? edits : null;
    }

    /// <summary>Two words of a name and the prefix are enough to know it by: <c>MERCURE_URL</c> is part of many a name.</summary>
    private static bool LacksOneWord(string[] words, string[] candidate)
    {
        if (words.Length < 3 || candidate.Length != words.Length + 1)
            return false;
        var missing = candidate.AsSpan().CommonPrefixLength(words);
        return candidate.AsSpan(missing + 1).SequenceEqual(words.AsSpan(missing));
    }

    /// <summary>Levenshtein, with two letters in the wrong order as one edit.</summary>
    private static int Edits(string left, string right)
    {
        int[] beforeLast = [];
        var last = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 1; i <= left.Length; i++)
        {
            var row = new int[right.Length + 1];
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var replaced = last[j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1);
                row[j] = Math.Min(replaced, Math.Min(last[j], row[j - 1]) + 1);
                if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1])
                    row[j] = Math.Min(row[j], beforeLast[j - 2] + 1);
            }

            (beforeLast, last) = (last, row);
        }

        return last[right.Length];
    }
}
