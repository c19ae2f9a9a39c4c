namespace Mercure.Http.Tokens;

/// <summary>What becomes of keys. No key comes here, not even in part.</summary>
internal static partial class KeyLog
{
    [LoggerMessage(107, LogLevel.Warning, "The {role} key is shorter than 32 bytes: whoever sees a token can guess it")]
    public static partial void ShortKey(ILogger log, string role);

    [LoggerMessage(211, LogLevel.Information, "Keys loaded from {Url}, for {Algorithms}")]
    public static partial void SetLoaded(ILogger log, string url, string algorithms);

    [LoggerMessage(212, LogLevel.Error, "Keys could not be loaded from {Url}: {Reason}")]
    public static partial void SetNotLoaded(ILogger log, string url, string reason);

    [LoggerMessage(213, LogLevel.Warning, "Key {KeyId} of {Url} is ignored: {Reason}")]
    public static partial void KeyIgnored(ILogger log, string url, string? keyId, string reason);

    [LoggerMessage(214, LogLevel.Warning, "A key of {source} is shorter than 32 bytes: whoever sees a token can guess it")]
    public static partial void ShortKeyIn(ILogger log, string source);

    [LoggerMessage(215, LogLevel.Information, "Key file {file} changed and is in use, for {algorithms}")]
    public static partial void FileReloaded(ILogger log, string file, string algorithms);

    [LoggerMessage(216, LogLevel.Error, "Key file {file} changed and can't be used: {reason}; the keys that it held before count on")]
    public static partial void FileRefused(ILogger log, string file, string reason);
}
