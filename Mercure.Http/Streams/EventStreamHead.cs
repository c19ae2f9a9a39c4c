using Mercure.Actors.Updates;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace Mercure.Http.Streams;

/// <summary>The head of a response that is a stream of events. The hub's first flush sends it.</summary>
internal static class EventStreamHead
{
    public static void Write(HttpContext context, IFrameEncoder encoder, bool variesByCoding)
    {
        var headers = context.Response.Headers;
        headers.ContentType = "text/event-stream";
        // The last for proxies that compress (RFC 9111, 5.2.2.6): they collect a stream until a block of theirs is full
        headers.CacheControl = "private, no-cache, no-store, must-revalidate, no-transform";
        headers.Pragma = "no-cache";
        headers.Expires = "0";
        // The reference hub's spelling of the same
        headers["Expire"] = "0";
        // For nginx, which otherwise collects a response before it passes it on
        headers["X-Accel-Buffering"] = "no";
        // RFC 9113, 8.2.2: forbidden from HTTP/2 on
        if (HttpProtocol.IsHttp11(context.Request.Protocol))
            headers.Connection = "keep-alive";
        if (encoder == EventEncoders.Gzip)
            headers.ContentEncoding = "gzip";
        if (variesByCoding)
            headers.Vary = StringValues.Concat(headers.Vary, "Accept-Encoding");

        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
    }
}
