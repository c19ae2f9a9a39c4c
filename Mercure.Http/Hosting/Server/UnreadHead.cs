using System.Text;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace Mercure.Http.Hosting.Server;

/// <summary>What has been received of a refused request behind what Kestrel has read of it.</summary>
/// <param name="Origin">The header <c>Origin</c>, if it is there and hasn't been read: whose page may read the answer.</param>
/// <param name="IsHttp2">Whether the request line was the preface of HTTP/2 (RFC 9113, 3.4).</param>
internal readonly record struct UnreadHead(string? Origin, bool IsHttp2)
{
    private const int Longest = 64 << 10;

    public static UnreadHead Of(IFeatureCollection request, IHeaderDictionary read)
    {
        if (read.Origin.Count > 0 || request.Get<IConnectionTransportFeature>()?.Transport.Input is not { } input)
            return default;

        try
        {
            // Otherwise there is nothing to read before more has arrived than Kestrel has seen. It reads no more itself
            input.CancelPendingRead();
            if (!input.TryRead(out var unread))
                return default;
            var text = Encoding.Latin1.GetString(unread.Buffer.Slice(0, Math.Min(unread.Buffer.Length, Longest)));
            input.AdvanceTo(unread.Buffer.Start);
            return new UnreadHead(OriginIn(text), text.StartsWith("\r\nSM\r\n", StringComparison.Ordinal));
        }
        catch (InvalidOperationException)
        {
            // The body is being read meanwhile
            return default;
        }
    }

    private static string? OriginIn(string text)
    {
        foreach (var line in text.Split('\n'))
        {
            if (line.Trim().Length == 0)
                return null;
            if (line.StartsWith("Origin:", StringComparison.OrdinalIgnoreCase))
                return line["Origin:".Length..].Trim();
        }

        return null;
    }
}
