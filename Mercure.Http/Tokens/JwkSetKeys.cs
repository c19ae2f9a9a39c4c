namespace Mercure.Http.Tokens;

/// <summary>
/// The keys of a JSON Web Key Set (RFC 7517) that an identity provider publishes and rotates: loaded when first needed, again
/// when they are old, and when a token names a key that they lack. What was loaded counts until something newer was: a provider
/// that is down stops nobody who has a token.
/// </summary>
/// <remarks>
/// Not the library's <c>ConfigurationManager</c>: it answers with the old keys while it looks for new ones, so that the first
/// token of a new key would be refused, and it keeps no clock that a spec can move.
/// </remarks>
internal sealed class JwkSetKeys(Uri url, string? algorithm, Func<Uri, CancellationToken, Task<string>> read, KeyContext context) : ITokenKeys
{
    /// <summary>After this time a key that was withdrawn counts no more.</summary>
    internal static readonly TimeSpan MaxAge = TimeSpan.FromMinutes(10);

    /// <summary>Between the starts of two loads, however many names of keys a flood invents.</summary>
    internal static readonly TimeSpan MinInterval = TimeSpan.FromSeconds(1);

    /// <summary>From a load that failed to the next one.</summary>
    internal static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(5);

    private const long Never = long.MinValue;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly MissingNames _missing = new(context.Clock);
    private Task _last = Task.CompletedTask;
    private Task? _waiting;
    private long _startedAt = Never;
    private long _failedAt = Never;
    private JwkSetContent? _loaded;

    public KeySet? Current
    {
        get
        {
            var loaded = Volatile.Read(ref _loaded);
            if (loaded is not null && context.Clock.GetElapsedTime(loaded.At) >= MaxAge)
                _ = LoadAsync(mayJoin: true);
            return loaded?.Keys;
        }
    }

    public async ValueTask<KeySet?> GetAsync()
    {
        if (Current is { } keys)
            return keys;
        await LoadAsync(mayJoin: true);
        return Volatile.Read(ref _loaded)?.Keys;
    }

    /// <summary>
    /// A load that begins after the token came decides: a key that was published before is found, whatever was asked for just
    /// before. A name that was not found is not looked for again for a while, or the tokens of a key that was withdrawn
    /// would keep the hub asking.
    /// </summary>
    public async ValueTask<KeySet?> FindAsync(string keyId)
    {
        if (Volatile.Read(ref _loaded) is { } now && !now.Keys.Knows(keyId) && !_missing.Contains(keyId))
        {
            await LoadAsync(mayJoin: false);
            if (!HasJustFailed && Volatile.Read(ref _loaded)?.Keys.Knows(keyId) == false)
                _missing.Add(keyId);
        }

        return Volatile.Read(ref _loaded)?.Keys;
    }

    private bool HasJustFailed => Interlocked.Read(ref _failedAt) is not Never and var at && context.Clock.GetElapsedTime(at) < RetryInterval;

    /// <summary>One at a time, shared by everyone who waits.</summary>
    /// <param name="mayJoin">Whether one that is under way will do.</param>
    private Task LoadAsync(bool mayJoin)
    {
        lock (_lock)
        {
            if (_waiting is not null)
                return _waiting;
            if (HasJustFailed || (mayJoin && !_last.IsCompleted))
                return _last;
            var before = _last;
            return _waiting = _last = Task.Run(() => LoadNextAsync(before));
        }
    }

    private async Task LoadNextAsync(Task before)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        // The provider is down: whoever waited behind the one that found out goes on with the keys that there are
        if (!HasJustFailed && _startedAt is not Never && MinInterval - context.Clock.GetElapsedTime(_startedAt) is { Ticks: > 0 } pause)
            await Task.Delay(pause, context.Clock);
        lock (_lock)
            _waiting = null;
        if (HasJustFailed)
            return;

        _startedAt = context.Clock.GetTimestamp();
        var failure = await LoadNowAsync();
        Interlocked.Exchange(ref _failedAt, failure is null ? Never : context.Clock.GetTimestamp());
        if (failure is not null)
            KeyLog.SetNotLoaded(context.Log, RedactedUrl.Of(url.OriginalString), failure);
    }

    /// <summary>Why it failed.</summary>
    private async Task<string?> LoadNowAsync()
    {
        try
        {
            using var timeout = new CancellationTokenSource(Timeout);
            var text = await read(url, timeout.Token);
            Use(JwkSetContent.Parse(text, algorithm, allowSecrets: url.IsFile));
            return null;
        }
        catch (OperationCanceledException)
        {
            return $"there was no answer within {Timeout.TotalSeconds} s";
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or UnauthorizedAccessException or FormatException or UriFormatException)
        {
            return failure.Message;
        }
    }

    private void Use(JwkSetContent read)
    {
        var next = read.With(context.Shared.Replace(this, context.Generation, read.Named.Select(static named => named.Key))) with { At = context.Clock.GetTimestamp() };
        var before = Volatile.Read(ref _loaded);
        // The same keys as before stay the same set: the tokens that they verified need not be verified again
        if (before is not null && before.HasSameKeys(next))
        {
            Volatile.Write(ref _loaded, before with { At = next.At });
            return;
        }

        Volatile.Write(ref _loaded, next);
        var name = RedactedUrl.Of(url.OriginalString);
        KeyLog.SetLoaded(context.Log, name, next.Keys.Algorithms);
        foreach (var (keyId, reason) in next.Ignored)
            KeyLog.KeyIgnored(context.Log, name, keyId, reason);
        if (next.HasShortSecret)
            KeyLog.ShortKeyIn(context.Log, name);
    }
}
