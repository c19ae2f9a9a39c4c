namespace Mercure.Http.Hosting;

/// <summary>What the host has to say.</summary>
internal static partial class HostLog
{
    [LoggerMessage(100, LogLevel.Information, "Mercure started")]
    public static partial void Started(ILogger logger, string version, string protocol, string addr);

    [LoggerMessage(101, LogLevel.Information, "Mercure stopped")]
    public static partial void Stopped(ILogger logger);

    [LoggerMessage(102, LogLevel.Warning, "Debug mode logs updates' content: not for production")]
    public static partial void DebugMode(ILogger logger);

    [LoggerMessage(103, LogLevel.Information, "Certificate changed and is in use")]
    public static partial void CertificateReloaded(ILogger logger, string certFile);

    [LoggerMessage(104, LogLevel.Error, "Certificate changed and can't be used: the old one stays in use")]
    public static partial void CertificateRefused(ILogger logger, string certFile, string keyFile, string reason);

    [LoggerMessage(106, LogLevel.Warning, "Not every stream could be ended in time")]
    public static partial void StreamsNotClosed(ILogger logger, Exception reason);

    [LoggerMessage(108, LogLevel.Information, "At most {connections} connections are served at once: open files are limited")]
    public static partial void ConnectionLimit(ILogger logger, long connections);

    [LoggerMessage(112, LogLevel.Warning, "CORS_ALLOWED_ORIGINS is *: pages of other origins are let in without their cookies; list those that need them, such as https://app.example.com")]
    public static partial void CookiesIgnored(ILogger logger);

    [LoggerMessage(109, LogLevel.Information, "Listening; the log is not open yet, and a publish is answered 503 until it is")]
    public static partial void Listening(ILogger logger, string addr);

    [LoggerMessage(110, LogLevel.Warning, "{Reason} {Cause}")]
    public static partial void Unhealthy(ILogger logger, string reason, string cause);

    [LoggerMessage(111, LogLevel.Warning, "No setting of the hub, ignored: {variables}")]
    public static partial void Ignored(ILogger logger, string variables);

    [LoggerMessage(105, LogLevel.Warning, "Response aborted: it was not finished within the write timeout")]
    public static partial void ResponseTimedOut(ILogger logger, string method, string? path);
}
