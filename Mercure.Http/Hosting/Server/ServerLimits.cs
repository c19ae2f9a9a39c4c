using System.Globalization;
using Mercure.Http.Protocol;
using Mercure.Http.Settings;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Mercure.Http.Hosting.Server;

/// <summary>What Kestrel bounds of a request, and what it says when a request breaks one.</summary>
internal sealed class ServerLimits(HubSettings settings)
{
    /// <summary>A token in a header may list many targets.</summary>
    private const int OtherHeaders = 64 << 10;

    private const int HeaderCount = 100;

    private static readonly TimeSpan HeadTimeout = TimeSpan.FromSeconds(30);

    private readonly TimeSpan _headTimeout =
        settings.Listen.ReadTimeout > TimeSpan.Zero && settings.Listen.ReadTimeout < HeadTimeout ? settings.Listen.ReadTimeout : HeadTimeout;

    /// <summary>A subscriber names its topics in the URL.</summary>
    public int RequestLine { get; } = Limits.RequestLine(settings.Streams.MaxTopics);

    /// <summary>In HTTP/2 the URL is a header.</summary>
    private int AllHeaders => settings.Listen.UsesTls ? OtherHeaders + RequestLine : OtherHeaders;

    public void Apply(KestrelServerLimits limits)
    {
        limits.MaxRequestLineSize = RequestLine;
        limits.MaxRequestHeadersTotalSize = AllHeaders;
        limits.MaxRequestHeaderCount = HeaderCount;
        limits.MaxRequestBufferSize = Math.Max(limits.MaxRequestBufferSize ?? 0, AllHeaders);
        limits.Http2.MaxRequestHeaderFieldSize = AllHeaders;
        limits.MaxRequestBodySize = PublishBody.OnTheWire(settings.Publish.MaxRequestSize);
        limits.RequestHeadersTimeout = _headTimeout;
        // A slow subscriber is served from the history at its own pace, unless the operator wants it cut: then each write counts
        // for itself, and the rate only has to be so high that a write's length adds nothing to its time
        limits.MinResponseDataRate = settings.Streams.DispatchTimeout > TimeSpan.Zero ? new MinDataRate(1e12, settings.Streams.DispatchTimeout) : null;
    }

    /// <summary>For the client and the log: free of what the client sent.</summary>
    public string Reason(Microsoft.AspNetCore.Http.BadHttpRequestException refusal) => refusal.StatusCode switch
    {
        StatusCodes.Status408RequestTimeout => string.Create(
            CultureInfo.InvariantCulture, $"The request was not received in time: its head has {_headTimeout.TotalSeconds} s, its body must not come too slowly."),
        StatusCodes.Status414UriTooLong => string.Create(
            CultureInfo.InvariantCulture, $"The request line is longer than {RequestLine} bytes: ask for fewer topics, or for a template instead of many."),
        StatusCodes.Status431RequestHeaderFieldsTooLarge => string.Create(
            CultureInfo.InvariantCulture, $"The request has more than {HeaderCount} headers, or more than {AllHeaders} bytes of them."),
        StatusCodes.Status505HttpVersionNotsupported => "The request line is malformed, or asks for another version than HTTP/1.1 and HTTP/1.0.",
        _ => Sentence(refusal.Message),
    };

    /// <summary>Kestrel's sentence, without the piece of the request that some quote (CWE-117).</summary>
    public static string Sentence(string message)
    {
        if (message.StartsWith("Invalid content length", StringComparison.Ordinal))
            return "Invalid content length.";
        var quote = message.IndexOf(": '", StringComparison.Ordinal);
        return quote >= 0 ? message[..quote] + "."
            : message.Contains(" '", StringComparison.Ordinal) ? "The length of the body can't be determined: its last transfer coding must be chunked."
            : message;
    }
}
