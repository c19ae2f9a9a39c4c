using System.Net;
using Mercure.Http.Hosting;
using Mercure.Http.Settings;
using Mercure.Specs.Protocol;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Xunit;

namespace Mercure.Specs.Hosting;

/// <summary>How a hub on its own stops: first it is not ready any more, then its streams end one after the other, and it serves all the while.</summary>
public sealed class DrainSpecs
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Longer than any spec lasts: what happens meanwhile depends on no clock.</summary>
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(10);

    [Fact]
    public async Task Should_not_be_ready_before_anything_else_changes()
    {
        await using var hub = await new HubFixture().StartedAsync();
        using var stream = await hub.SubscribeAsync("?topic=t");
        using var endOfDelay = new CancellationTokenSource();

        var stopping = DrainOf(hub, new DrainSettings(Long, TimeSpan.Zero)).StoppingAsync(endOfDelay.Token);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, await StatusAsync(hub, "/healthz/ready"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await StatusAsync(hub, "/healthz"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(hub, "/healthz/live"));
        using var another = await hub.SubscribeAsync("?topic=t");
        await hub.MustPublishAsync(("topic", "t"), ("data", "still here"));
        foreach (var open in new[] { stream, another })
        {
            using var lines = new StreamReader(await open.Content.ReadAsStreamAsync());
            while (await lines.ReadLineAsync().WaitAsync(Patience) is not "data: still here")
            {
            }
        }

        await endOfDelay.CancelAsync();
        await stopping;
    }

    [Fact]
    public async Task Should_end_streams_over_the_drain_time_and_publish_meanwhile()
    {
        await using var hub = await new HubFixture().StartedAsync();
        var streams = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => hub.SubscribeAsync("?topic=t")));
        var ends = streams.Select(stream => stream.Content.ReadAsStringAsync()).ToList();

        var stopping = DrainOf(hub, new DrainSettings(TimeSpan.Zero, Long)).StoppingAsync(CancellationToken.None);

        await (await Task.WhenAny(ends)).WaitAsync(Patience);
        Assert.Contains(ends, static end => !end.IsCompleted);
        await hub.MustPublishAsync(("topic", "t"), ("data", "x"));
        // One that comes back is not refused, for which a browser would give up, but comes back once more
        using var again = await hub.SubscribeAsync("?topic=t", ("Accept-Encoding", "gzip"));
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
        Assert.Equal("text/event-stream", again.Content.Headers.ContentType?.MediaType);
        Assert.Empty(again.Content.Headers.ContentEncoding);
        Assert.Empty(await again.Content.ReadAsByteArrayAsync());
        await stopping.WaitAsync(Patience);
        await Task.WhenAll(ends).WaitAsync(Patience);
        Assert.DoesNotContain(hub.Logs.Lines, static line => line.Contains("could be ended", StringComparison.Ordinal));
    }

    /// <summary>The hub's own drain, with other times: the hub itself stops at once when the spec is over.</summary>
    private static Drain DrainOf(HubFixture hub, DrainSettings drain)
    {
        Assert.Single(hub.Services.GetServices<IHostedService>().OfType<Drain>());
        return ActivatorUtilities.CreateInstance<Drain>(hub.Services, hub.Settings with { Drain = drain });
    }

    private static async Task<HttpStatusCode> StatusAsync(HubFixture hub, string path)
    {
        using var response = await hub.Client.GetAsync(new Uri(hub.Url, path));
        return response.StatusCode;
    }
}
