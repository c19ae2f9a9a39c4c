using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Akka.Actor;
using Akka.Cluster;
using Microsoft.AspNetCore.Http.Features;

namespace Mercure.Http.Cluster.Management;

/// <summary><c>/cluster/domain-events</c>: what happens in the cluster, as server-sent events; <c>type</c> narrows it.</summary>
internal sealed class DomainEventsEndpoint(ActorSystem system, IHostApplicationLifetime lifetime)
{
    private const int MaxWaiting = 1_000;

    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(10);

    /// <summary>What may be asked for; the first three stand for several.</summary>
    private static readonly string[] Types =
    [
        "ClusterDomainEvent", "MemberEvent", "ReachabilityEvent", nameof(ClusterEvent.MemberJoined), nameof(ClusterEvent.MemberWeaklyUp), nameof(ClusterEvent.MemberUp),
        nameof(ClusterEvent.MemberLeft), nameof(ClusterEvent.MemberExited), nameof(ClusterEvent.MemberDowned), nameof(ClusterEvent.MemberRemoved),
        nameof(ClusterEvent.UnreachableMember), nameof(ClusterEvent.ReachableMember), nameof(ClusterEvent.LeaderChanged), nameof(ClusterEvent.RoleLeaderChanged),
    ];

    public async Task StreamAsync(HttpContext context)
    {
        var types = context.Request.Query["type"]
            .SelectMany(type => (type ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            .ToHashSet(StringComparer.Ordinal);
        if (!types.IsSubsetOf(Types))
        {
            await Json.MessageAsync(context, StatusCodes.Status400BadRequest, $"The query parameter type names no type of event; accepted: {string.Join(", ", Types)}");
            return;
        }

        var events = Channel.CreateBounded<ClusterEvent.IClusterDomainEvent>(new BoundedChannelOptions(MaxWaiting) { FullMode = BoundedChannelFullMode.DropOldest });
        var listener = system.ActorOf(Props.Create<Listener>(events.Writer));
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        try
        {
            context.Response.ContentType = "text/event-stream";
            // A proxy that compresses or collects would hold events back (RFC 9111, 5.2.2.6; the second is for nginx)
            context.Response.Headers.CacheControl = "no-store, no-transform";
            context.Response.Headers["X-Accel-Buffering"] = "no";
            context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
            await context.Response.Body.FlushAsync(end.Token);
            while (!end.IsCancellationRequested)
            {
                await WriteAsync(context, await NextAsync(events.Reader, end.Token), types, end.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The client left, or the hub stops.
        }
        finally
        {
            system.Stop(listener);
        }
    }

    private static async Task<ClusterEvent.IClusterDomainEvent?> NextAsync(ChannelReader<ClusterEvent.IClusterDomainEvent> events, CancellationToken cancellation)
    {
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        silence.CancelAfter(Heartbeat);
        try
        {
            return await events.ReadAsync(silence.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return null;
        }
    }

    private static async Task WriteAsync(HttpContext context, ClusterEvent.IClusterDomainEvent? domainEvent, HashSet<string> types, CancellationToken cancellation)
    {
        if (domainEvent is null)
        {
            await context.Response.WriteAsync(":\n\n", cancellation);
        }
        else if (types.Count == 0 || Kinds(domainEvent).Any(types.Contains))
        {
            await context.Response.WriteAsync($"event:{domainEvent.GetType().Name}\ndata:{Data(domainEvent)}\n\n", cancellation);
        }

        await context.Response.Body.FlushAsync(cancellation);
    }

    /// <summary>Its own name and those that stand for several.</summary>
    private static IEnumerable<string> Kinds(ClusterEvent.IClusterDomainEvent domainEvent)
    {
        yield return domainEvent.GetType().Name;
        yield return "ClusterDomainEvent";
        if (domainEvent is ClusterEvent.MemberStatusChange)
            yield return "MemberEvent";
        if (domainEvent is ClusterEvent.ReachabilityEvent)
            yield return "ReachabilityEvent";
    }

    private static string Data(ClusterEvent.IClusterDomainEvent domainEvent)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("type", domainEvent.GetType().Name);
            switch (domainEvent)
            {
                case ClusterEvent.MemberRemoved removed:
                    WriteMember(json, removed.Member);
                    json.WriteString("previousStatus", removed.PreviousStatus.ToString());
                    break;
                case ClusterEvent.MemberStatusChange change:
                    WriteMember(json, change.Member);
                    break;
                case ClusterEvent.ReachabilityEvent reachability:
                    WriteMember(json, reachability.Member);
                    break;
                case ClusterEvent.RoleLeaderChanged leader:
                    json.WriteString("role", leader.Role);
                    json.WriteString("address", leader.Leader?.ToString());
                    break;
                case ClusterEvent.LeaderChanged leader:
                    json.WriteString("address", leader.Leader?.ToString());
                    break;
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    private static void WriteMember(Utf8JsonWriter json, Member member)
    {
        json.WriteStartObject("member");
        json.WriteString("address", member.Address.ToString());
        json.WriteString("nodeUid", member.UniqueAddress.Uid.ToString(System.Globalization.CultureInfo.InvariantCulture));
        json.WriteString("status", member.Status.ToString());
        json.WriteStrings("roles", member.Roles);
        json.WriteEndObject();
    }

    private sealed class Listener : ReceiveActor
    {
        public Listener(ChannelWriter<ClusterEvent.IClusterDomainEvent> events) => Receive<ClusterEvent.IClusterDomainEvent>(e => events.TryWrite(e));

        protected override void PreStart() => Akka.Cluster.Cluster.Get(Context.System).Subscribe(
            Self,
            ClusterEvent.InitialStateAsEvents,
            typeof(ClusterEvent.IMemberEvent),
            typeof(ClusterEvent.ReachabilityEvent),
            typeof(ClusterEvent.LeaderChanged),
            typeof(ClusterEvent.RoleLeaderChanged));

        protected override void PostStop() => Akka.Cluster.Cluster.Get(Context.System).Unsubscribe(Self);
    }
}
