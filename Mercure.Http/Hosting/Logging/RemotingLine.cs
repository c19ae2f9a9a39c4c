using Akka.Event;
using AkkaLevel = Akka.Event.LogLevel;

namespace Mercure.Http.Hosting.Logging;

/// <summary>Akka.Remote's lines about messages and connections that fail, without stack traces.</summary>
internal static class RemotingLine
{
    private const string ReaderMark = "endpointReader-";
    private const string WriterMark = "reliableEndpointWriter-";
    private const string Association = "Association with remote system";

    /// <summary>The other side has closed the connection, as one that leaves does; of one that died, the hub finds out and warns.</summary>
    public static bool IsClosed(LogEvent logged, string format) =>
        format.StartsWith(Association, StringComparison.Ordinal)
        && logged.Message.ToString()?.Contains("EndpointDisassociatedException: Disassociated", StringComparison.Ordinal) == true;

    /// <summary>Null for any other line.</summary>
    /// <param name="logged">As Akka logs it.</param>
    /// <param name="format">Its text before the values are in it.</param>
    public static AkkaLines.Line? Of(LogEvent logged, string format)
    {
        if (format.StartsWith("Deserialization failed for message", StringComparison.Ordinal))
            return new AkkaLines.Line(AkkaLevel.WarningLevel, $"Dropped a message from {Peer(logged, ReaderMark)}: {Reason(logged)}", Cause: null);
        if (format.StartsWith("Serialization failed for message", StringComparison.Ordinal) || format.StartsWith("Serializer threw", StringComparison.Ordinal))
            return new AkkaLines.Line(AkkaLevel.ErrorLevel, $"Dropped a message to {Peer(logged, WriterMark)}: {Reason(logged)}", Cause: null);
        if (format.StartsWith(Association, StringComparison.Ordinal))
            return new AkkaLines.Line(AkkaLevel.WarningLevel, WithoutStackTrace(logged.Message.ToString() ?? ""), Cause: null);
        return null;
    }

    private static string Reason(LogEvent logged) => logged.Cause?.Message ?? "no reason is known";

    private static string WithoutStackTrace(string text)
    {
        var trace = text.IndexOf("\n   at ", StringComparison.Ordinal);
        return trace < 0 ? text : $"{text[..trace].TrimEnd('\r')}]";
    }

    /// <summary>Only the actor's path has it: <c>…/endpointReader-akka.tcp%3A%2F%2Fmercure%40127.0.0.1%3A25520-1#42</c>.</summary>
    private static string Peer(LogEvent logged, string mark)
    {
        var start = logged.LogSource.LastIndexOf(mark, StringComparison.Ordinal);
        if (start < 0)
            return "another node";

        var name = logged.LogSource[(start + mark.Length)..].Split('/', '#')[0];
        var number = name.LastIndexOf('-');
        return Uri.UnescapeDataString(number > 0 ? name[..number] : name);
    }
}
