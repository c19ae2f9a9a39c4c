using System.Buffers;
using System.Diagnostics;
using System.Text;
using Mercure.Http.Protocol;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace Mercure.Http.Hosting.Server;

/// <summary>
/// Requests that Kestrel itself refuses, before the hub sees them: it would answer with a bare status, which tells neither a page nor
/// an operator anything. It announces each as a diagnostic event just before it answers, which is when the answer
/// is written here: with the headers that every answer has, and the reason.
/// </summary>
internal sealed class ServerRefusals(Action<HttpContext> setHeaders, RefusalLog log, ServerLimits limits) : DiagnosticSource
{
    private const string Refused = "Microsoft.AspNetCore.Server.Kestrel.BadRequest";

    public override bool IsEnabled(string name) => name == Refused;

    public override void Write(string name, object? value)
    {
        if (value is not IFeatureCollection request || request.Get<IBadRequestExceptionFeature>()?.Error is not BadHttpRequestException refusal)
            return;

        var context = new DefaultHttpContext(request);
        var reason = limits.Reason(refusal);
        // A stream of HTTP/2 is answered by a frame of Kestrel's, and whoever reads its connection must not be disturbed
        if (!context.Response.HasStarted && !HttpProtocol.IsHttp2(context.Request.Protocol))
            Answer(context, refusal.StatusCode, UnreadHead.Of(request, context.Request.Headers), reason);
        log.RequestRejected(refusal.StatusCode, context.Connection.RemoteIpAddress, reason);
    }

    /// <summary>The head through Kestrel; the body behind it, since a request that was never read has no writer for one.</summary>
    private void Answer(HttpContext context, int status, UnreadHead rest, string reason)
    {
        // Kestrel answers the preface of HTTP/2 without TLS by a frame, too
        if (rest.IsHttp2)
            return;
        if (rest.Origin is not null)
            context.Request.Headers.Origin = rest.Origin;
        var body = Encoding.UTF8.GetBytes(reason + "\n");
        setHeaders(context);
        context.Response.StatusCode = status;
        var headers = context.Response.Headers;
        headers.CacheControl = "no-store";
        headers.ContentType = "text/plain; charset=utf-8";
        headers.ContentLength = body.Length;
        headers.Connection = "close";
        // Completes at once: nothing but headers in memory
        _ = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>().StartAsync();
        var output = context.Features.GetRequiredFeature<IConnectionTransportFeature>().Transport.Output;
        if (!context.Request.IsHead())
            output.Write(body);
        _ = output.FlushAsync().AsTask();
    }
}
