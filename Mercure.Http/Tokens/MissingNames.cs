namespace Mercure.Http.Tokens;

/// <summary>Names of keys that a key set did not have a moment ago. They come from tokens of anybody, so their number has a bound.</summary>
internal sealed class MissingNames(TimeProvider clock)
{
    /// <summary>How long a name is not looked for again.</summary>
    internal static readonly TimeSpan Memory = TimeSpan.FromSeconds(5);

    private const int Capacity = 256;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, long> _since = new(StringComparer.Ordinal);

    public bool Contains(string name)
    {
        lock (_lock)
            return _since.TryGetValue(name, out var since) && clock.GetElapsedTime(since) < Memory;
    }

    public void Add(string name)
    {
        lock (_lock)
        {
            if (_since.Count >= Capacity)
                _since.Clear();
            _since[name] = clock.GetTimestamp();
        }
    }
}
