using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Mercure.Bench.Floor;

/// <summary>
/// The least that Kestrel costs for the same bytes to as many responses: no tokens, no history, no back-pressure worth the name.
/// What a hub costs above it is the hub's own. Not a hub: never serve anybody with it.
/// </summary>
internal static class FloorServer
{
    /// <summary>Serves until cancelled; writes its port to <paramref name="output"/> once it listens.</summary>
    public static async Task ServeAsync(int port, TextWriter output, CancellationToken cancel)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, port);
            kestrel.AddServerHeader = false;
        });

        await using var app = builder.Build();
        var work = Channel.CreateUnbounded<IFloorWork>(new UnboundedChannelOptions { SingleReader = true });
        app.Run(context => HandleAsync(context, work.Writer));
        await app.StartAsync(cancel);
        await output.WriteLineAsync(Port(app));
        await output.FlushAsync(cancel);
        await new FloorWriter(work.Reader).RunAsync(cancel);
    }

    private static string Port(WebApplication app)
    {
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
        return new Uri(addresses.First()).Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }

    private static Task HandleAsync(HttpContext context, ChannelWriter<IFloorWork> work) => context.Request.Method switch
    {
        "GET" => SubscribeAsync(context, work),
        "POST" => PublishAsync(context, work),
        _ => Task.CompletedTask,
    };

    private static async Task SubscribeAsync(HttpContext context, ChannelWriter<IFloorWork> work)
    {
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-cache";
        var ended = new TaskCompletionSource();
        await using var registration = context.RequestAborted.Register(ended.SetResult);
        var subscriber = new FloorSubscriber(context.Request.Query["topic"].ToString(), context.Response.BodyWriter);
        work.TryWrite(subscriber);
        await ended.Task;
        var left = new FloorLeaving(subscriber);
        work.TryWrite(left);
        await left.Done;
    }

    private static async Task PublishAsync(HttpContext context, ChannelWriter<IFloorWork> work)
    {
        var body = context.Request.BodyReader;
        var read = await body.ReadAtLeastAsync((int)(context.Request.ContentLength ?? 0));
        var publish = FloorPublish.Parse(read.Buffer);
        body.AdvanceTo(read.Buffer.End);
        work.TryWrite(publish);
        await publish.Done;
        context.Response.ContentLength = FloorPublish.IdLength;
        publish.Id.CopyTo(context.Response.BodyWriter.GetSpan(FloorPublish.IdLength));
        context.Response.BodyWriter.Advance(FloorPublish.IdLength);
    }
}
