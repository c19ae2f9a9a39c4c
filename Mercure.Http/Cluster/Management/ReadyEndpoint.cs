using System.Text;
using Akka.Actor;
using Akka.Cluster;
using Mercure.Http.Hosting;

namespace Mercure.Http.Cluster.Management;

/// <summary>
/// <c>/ready</c>: a publish here would succeed, by the same cached check as <c>/healthz</c>, and this node is not about to
/// stop. <c>/alive</c>: the process answers and is not on its way out of the cluster against its will.
/// </summary>
internal sealed class ReadyEndpoint(ActorSystem system, HealthEndpoint health)
{
    private readonly Akka.Cluster.Cluster _cluster = Akka.Cluster.Cluster.Get(system);

    public async Task ReadyAsync(HttpContext context) => await AnswerAsync(context, await NotReadyAsync());

    public Task AliveAsync(HttpContext context) => AnswerAsync(context, _cluster.IsTerminated ? "the node has left the cluster" : null);

    private async Task<string?> NotReadyAsync() =>
        _cluster.SelfMember.Status == MemberStatus.Up ? await health.CurrentAsync() : "the node is no member of the cluster";

    private static Task AnswerAsync(HttpContext context, string? reason) => PlainText.AnswerAsync(
        context,
        reason is null ? StatusCodes.Status200OK : StatusCodes.Status500InternalServerError,
        "text/plain; charset=utf-8",
        Encoding.UTF8.GetBytes(reason is null ? "OK" : $"Not Healthy: {reason}"));
}
