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

    [LoggerMessage(105, LogLevel.Warning, "Response aborted: it was not finished within the write timeout")]
    public static partial void ResponseTimedOut(ILogger logger, string method, string? path);
}
