namespace Mercure.Http.Settings;

/// <summary>The origins of a setting, written out or by pattern; without <see cref="WebOrigin.Any"/>, which each user of a list reads in its own way.</summary>
internal sealed class OriginSet
{
    private readonly HashSet<string> _origins;
    private readonly OriginPattern[] _patterns;

    public OriginSet(IEnumerable<string> origins)
    {
        var patterns = origins.Where(static origin => origin != WebOrigin.Any).ToLookup(static origin => origin.Contains(OriginPattern.Wildcard));
        _origins = patterns[false].ToHashSet(StringComparer.Ordinal);
        _patterns = [.. patterns[true].Select(static pattern => new OriginPattern(pattern))];
    }

    public bool IsEmpty => _origins.Count == 0 && _patterns.Length == 0;

    /// <param name="origin">As a browser spells it.</param>
    public bool Contains(string origin)
    {
        if (_origins.Contains(origin))
            return true;

        foreach (var pattern in _patterns)
        {
            if (pattern.Matches(origin))
                return true;
        }

        return false;
    }
}
