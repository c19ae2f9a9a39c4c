using Mercure.Http.Hosting.Server;
using Mercure.Http.Protocol;
using Mercure.Http.Settings;
using Microsoft.AspNetCore.Connections;

namespace Mercure.Http.Hosting;

/// <summary>
/// Bounds requests in time (<c>read-timeout</c>, <c>write-timeout</c>) and answers those that Kestrel finds malformed while they
/// are read. A subscriber without a write timeout passes straight through: no state of ours waits beside its stream.
/// </summary>
internal sealed class RequestGuard(HubSettings settings, TimeProvider clock, RefusalLog refusals, ILogger<RequestGuard> logger)
{
    // The core ends a stream at its time, properly; only one that can't be ended, because its client reads nothing, is cut
    // here. Long enough for a busy machine, where a proper end may come late
    private static readonly TimeSpan StreamGrace = TimeSpan.FromSeconds(5);

    private readonly TimeSpan _readTimeout = settings.Listen.ReadTimeout;
    private readonly TimeSpan _writeTimeout = settings.Listen.WriteTimeout;

    public Task RunAsync(HttpContext context, RequestDelegate next)
    {
        var hasBody = !context.Request.IsGetOrHead();
        if (_writeTimeout > TimeSpan.Zero)
            return BoundWriteAsync(context, next, hasBody);
        return hasBody ? BoundReadAsync(context, next) : next(context);
    }

    private async Task BoundWriteAsync(HttpContext context, RequestDelegate next, bool hasBody)
    {
        var time = hasBody ? _writeTimeout : _writeTimeout + StreamGrace;
        await using var timer = clock.CreateTimer(Abort, context, time, Timeout.InfiniteTimeSpan);
        await (hasBody ? BoundReadAsync(context, next) : next(context));
        // Inside the bound: the response counts as sent when the connection has taken its last byte
        await context.Response.CompleteAsync();
    }

    private void Abort(object? state)
    {
        var context = (HttpContext)state!;
        HostLog.ResponseTimedOut(logger, context.Request.Method, context.Request.Path.Value);
        context.Abort();
    }

    private async Task BoundReadAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            if (_readTimeout == TimeSpan.Zero)
            {
                await next(context);
                return;
            }

            await using var body = new DeadlineStream(context.Request.Body, _readTimeout, clock);
            context.Request.Body = body;
            await next(context);
        }
        catch (ConnectionResetException)
        {
            // Nobody to answer, and nothing that the hub's operator could do
        }
        catch (Exception e) when (StatusOf(e) is not null && !context.Response.HasStarted)
        {
            // The rest of the body is not waited for
            if (HttpProtocol.IsHttp11(context.Request.Protocol) || HttpProtocol.IsHttp10(context.Request.Protocol))
                context.Response.Headers.Connection = "close";
            var reason = ServerLimits.Sentence(e.Message);
            refusals.RequestRejected(StatusOf(e)!.Value, context.Connection.RemoteIpAddress, reason);
            await PlainText.AnswerAsync(context, StatusOf(e)!.Value, reason);
        }
    }

    /// <summary>Null for what is no fault of the request.</summary>
    private static int? StatusOf(Exception failure) => failure switch
    {
        BadHttpRequestException malformed => malformed.StatusCode,
        // How Kestrel says that the size of a chunk is beyond 32 bits
        IOException { InnerException: OverflowException } => StatusCodes.Status400BadRequest,
        _ => null,
    };
}
