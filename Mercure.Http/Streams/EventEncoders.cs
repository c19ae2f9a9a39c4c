using Mercure.Actors.Updates;
using Microsoft.Net.Http.Headers;

namespace Mercure.Http.Streams;

/// <summary>
/// The encoders of the hub, one a content coding: frames are kept per encoder, so that every subscriber with the same
/// coding gets the same bytes. The text is the same in every generation.
/// </summary>
internal static class EventEncoders
{
    public static readonly IFrameEncoder Plain = new PlainEventEncoder();

    public static readonly IFrameEncoder Gzip = new GzipEventEncoder();

    /// <summary>The coding that this client gets (RFC 9110, 12.5.3).</summary>
    public static IFrameEncoder For(HttpRequest request, bool compress) => compress && AcceptsGzip(request) ? Gzip : Plain;

    private static bool AcceptsGzip(HttpRequest request)
    {
        if (request.Headers.AcceptEncoding.Count == 0
            || !StringWithQualityHeaderValue.TryParseList(request.Headers.AcceptEncoding, out var codings))
        {
            return false;
        }

        double? gzip = null, identity = null, any = null;
        foreach (var coding in codings)
        {
            var quality = coding.Quality ?? 1;
            switch (coding.Value.Value?.ToLowerInvariant())
            {
                case "gzip" or "x-gzip":
                    gzip = quality;
                    break;
                case "identity":
                    identity = quality;
                    break;
                case "*":
                    any = quality;
                    break;
            }
        }

        var forGzip = gzip ?? any ?? 0;
        return forGzip > 0 && forGzip >= (identity ?? 0);
    }
}
