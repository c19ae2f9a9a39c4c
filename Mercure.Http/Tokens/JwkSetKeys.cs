using Microsoft.IdentityModel.Tokens;

namespace Mercure.Http.Tokens;

/// <summary>
/// The keys of a JSON Web Key Set (RFC 7517) that an identity provider publishes and rotates: loaded when first needed, again
/// when they are old, and when a token names a key that they lack, but not more often than a rate that a flood of invented names
/// can't exceed. What was loaded counts until something newer was: a provider that is down stops nobody who has a token.
/// </summary>
/// <remarks>
/// Not the library's <c>ConfigurationManager</c>: it answers with the old keys while it looks for new ones, so that the first
/// token of a new key would be refused, and it keeps no clock that a spec can move.
/// </remarks>
internal sealed partial class JwkSetKeys(Uri url, Func<Uri, CancellationToken, Task<string>> read, TimeProvider clock, ILogger log) : ITokenKeys
{
    /// <summary>After this time a key that was withdrawn counts no more.</summary>
    internal static readonly TimeSpan MaxAge = TimeSpan.FromMinutes(10);

    /// <summary>Between two attempts.</summary>
    internal static readonly TimeSpan MinInterval = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    private readonly Lock _starting = new();
    private Task _loading = Task.CompletedTask;
    private long? _startedAt;
    private Loaded? _loaded;

    public KeySet? Current
    {
        get
        {
            var loaded = Volatile.Read(ref _loaded);
            if (loaded is not null && clock.GetElapsedTime(loaded.At) >= MaxAge)
                _ = LoadAsync();
            return loaded?.Keys;
        }
    }

    public async ValueTask<KeySet?> GetAsync()
    {
        if (Current is { } keys)
            return keys;
        await LoadAsync();
        return Volatile.Read(ref _loaded)?.Keys;
    }

    public async ValueTask<KeySet?> RenewAsync(KeySet known)
    {
        if (Volatile.Read(ref _loaded)?.Keys == known)
            await LoadAsync();
        return Volatile.Read(ref _loaded)?.Keys;
    }

    /// <summary>One at a time, shared by everyone who waits; what is under way, or was done a moment ago, is not done again.</summary>
    private Task LoadAsync()
    {
        lock (_starting)
        {
            if (_loading.IsCompleted && (_startedAt is not { } at || clock.GetElapsedTime(at) >= MinInterval))
            {
                _startedAt = clock.GetTimestamp();
                _loading = Task.Run(LoadNowAsync);
            }

            return _loading;
        }
    }

    private async Task LoadNowAsync()
    {
        try
        {
            using var timeout = new CancellationTokenSource(Timeout);
            var keys = Parse(await read(url, timeout.Token));
            var before = Volatile.Read(ref _loaded);
            // The same keys as before stay the same set: the tokens that they verified need not be verified again
            Volatile.Write(ref _loaded, before?.Text == keys.Text ? before with { At = clock.GetTimestamp() } : keys);
            if (before?.Text != keys.Text)
                KeysLoaded(log, url, keys.Keys.Algorithms);
        }
        catch (Exception failure) when (failure is HttpRequestException or OperationCanceledException or IOException or UnauthorizedAccessException or FormatException)
        {
            KeysNotLoaded(log, url, failure.Message);
        }
    }

    private Loaded Parse(string text)
    {
        var keys = new List<(string? KeyId, TokenKey Key)>();
        foreach (var key in ReadSet(text).Keys.Where(static key => key.Use is null or "" or "sig"))
        {
            try
            {
                keys.Add((string.IsNullOrEmpty(key.Kid) ? null : key.Kid, TokenKey.Parse(key, allowSecrets: url.IsFile)));
            }
            catch (FormatException failure)
            {
                KeyIgnored(log, url, key.Kid, failure.Message);
            }
        }

        return keys.Count > 0 ? new Loaded(text, new KeySet(keys), clock.GetTimestamp()) : throw new FormatException("it holds no key that tokens can be verified with");
    }

    private static JsonWebKeySet ReadSet(string text)
    {
        try
        {
            return JsonWebKeySet.Create(text);
        }
        catch (ArgumentException failure)
        {
            throw new FormatException("it is no JSON Web Key Set", failure);
        }
    }

    private sealed record Loaded(string Text, KeySet Keys, long At);

    [LoggerMessage(211, LogLevel.Information, "Keys loaded from {Url}, for {Algorithms}")]
    private static partial void KeysLoaded(ILogger log, Uri url, string algorithms);

    [LoggerMessage(212, LogLevel.Error, "Keys could not be loaded from {Url}: {Reason}")]
    private static partial void KeysNotLoaded(ILogger log, Uri url, string reason);

    [LoggerMessage(213, LogLevel.Warning, "Key {KeyId} of {Url} is ignored: {Reason}")]
    private static partial void KeyIgnored(ILogger log, Uri url, string? keyId, string reason);
}
