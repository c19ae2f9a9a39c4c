namespace Mercure.Http.Settings;

/// <summary>What somebody may have meant by a name that isn't there.</summary>
internal static class NearestName
{
    public static string Of(string name, IEnumerable<string> known) => known.MinBy(candidate => Distance(name, candidate))!;

    /// <summary>Edits between two names; a name whose words all occur in the other, in order, is nearer than any typo.</summary>
    private static int Distance(string name, string candidate) =>
        IsContained(name, candidate) ? 1 : 2 + Edits(name, candidate);

    private static bool IsContained(string name, string candidate)
    {
        char[] separators = ['_', '-', '.'];
        var words = name.Split(separators);
        var found = 0;
        foreach (var word in candidate.Split(separators))
        {
            if (found < words.Length && word == words[found])
                found++;
        }

        return found == words.Length;
    }

    /// <summary>Levenshtein, one row at a time.</summary>
    private static int Edits(string left, string right)
    {
        var row = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var replace = diagonal + (left[i - 1] == right[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replace, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[right.Length];
    }
}
