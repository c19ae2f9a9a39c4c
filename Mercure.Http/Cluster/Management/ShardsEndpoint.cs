using Akka.Actor;
using Akka.Cluster.Sharding;

namespace Mercure.Http.Cluster.Management;

/// <summary><c>/cluster/shards</c>: which node has the writer.</summary>
internal sealed class ShardsEndpoint(ActorSystem system)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(3);

    private readonly ClusterSharding _sharding = ClusterSharding.Get(system);

    public Task ListAsync(HttpContext context) =>
        Json.AnswerAsync(context, StatusCodes.Status200OK, json => json.WriteStrings("entityTypeKeys", _sharding.ShardTypeNames.Order(StringComparer.Ordinal)));

    /// <summary>The shards of this node.</summary>
    public async Task GetAsync(HttpContext context, string name)
    {
        if (!_sharding.ShardTypeNames.Contains(name))
        {
            await NotFoundAsync(context, name);
            return;
        }

        var state = await _sharding.ShardRegion(name).Ask<CurrentShardRegionState>(GetShardRegionState.Instance, Timeout);
        await Json.AnswerAsync(context, StatusCodes.Status200OK, json =>
        {
            json.WriteStartArray("regions");
            foreach (var shard in state.Shards)
            {
                json.WriteStartObject();
                json.WriteString("shardId", shard.ShardId);
                json.WriteNumber("numEntities", shard.EntityIds.Count);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteStrings("failed", state.Failed);
        });
    }

    /// <summary>The shards of every node.</summary>
    public async Task StatsAsync(HttpContext context, string name)
    {
        if (!_sharding.ShardTypeNames.Contains(name))
        {
            await NotFoundAsync(context, name);
            return;
        }

        var stats = await _sharding.ShardRegion(name).Ask<ClusterShardingStats>(new GetClusterShardingStats(Timeout), Timeout);
        await Json.AnswerAsync(context, StatusCodes.Status200OK, json =>
        {
            json.WriteStartObject("regions");
            foreach (var (address, region) in stats.Regions.OrderBy(region => region.Key.ToString(), StringComparer.Ordinal))
            {
                json.WriteStartObject(address.ToString());
                json.WriteStrings("shards", region.Stats.Keys.Order(StringComparer.Ordinal));
                json.WriteStrings("failed", region.Failed);
                json.WriteEndObject();
            }

            json.WriteEndObject();
            json.WriteNumber("totalEntities", stats.Regions.Values.Sum(region => region.Stats.Values.Sum()));
            json.WriteNumber("totalShards", stats.Regions.Values.Sum(region => region.Stats.Count));
        });
    }

    private static Task NotFoundAsync(HttpContext context, string name) =>
        Json.MessageAsync(context, StatusCodes.Status404NotFound, $"No shard region [{name}]");
}
