using System.Net.Http.Headers;
using System.Text.Json;
using Mercure.Specs.Processes;
using Mercure.Specs.Tokens;
using Xunit;
using Xunit.Abstractions;

namespace Mercure.Specs.Clustering;

/// <summary>The list of active subscriptions, asked of any node, after one has died without a word.</summary>
[Collection(ClustersCollection.Name)]
public sealed class PresenceSpecs(ITestOutputHelper output)
{
    private const int Each = 5;

    /// <summary>A failover, on a machine that is busy.</summary>
    private static readonly TimeSpan TrueWithin = Eventually.Patience;

    [ClusterTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Should_list_what_is_there_when_a_node_was_killed(bool hasWriter)
    {
        await using var cluster = await ClusterProcesses.StartAsync(
            3,
            ("JWT_KEY", ""),
            ("MERCURE_PUBLISHER_JWT_KEY", HubSetup.Key),
            ("MERCURE_SUBSCRIBER_JWT_KEY", HubSetup.Key),
            ("MERCURE_V010_SUBSCRIPTIONS", "1"));
        using var client = new HttpClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", TestTokens.Hmac("""{"mercure":{"subscribe":["*"]}}""", HubSetup.Key));
        var streams = new List<SseClient>();
        for (var node = 0; node < 3; node++)
        {
            for (var i = 0; i < Each; i++)
                streams.Add(await SubscribeAsync(cluster, node, topicOf: node));
        }

        for (var node = 0; node < 3; node++)
            await ListsAsync(client, cluster, node, [0, 1, 2]);

        var host = await cluster.HostAsync(0);
        var dying = hasWriter ? host : (host + 1) % 3;
        int[] living = [.. Enumerable.Range(0, 3).Except([dying])];
        await cluster[dying].KillAsync();
        foreach (var node in living)
            output.WriteLine($"node {node} lists what is there after {(await ListsAsync(client, cluster, node, living)).TotalMilliseconds:F0} ms");

        // They come back elsewhere.
        for (var i = 0; i < Each; i++)
            streams.Add(await SubscribeAsync(cluster, living[i % 2], topicOf: dying));
        foreach (var node in living)
            await ListsAsync(client, cluster, node, [0, 1, 2]);
        foreach (var stream in streams)
            await stream.DisposeAsync();
        foreach (var node in living)
            await ListsAsync(client, cluster, node, []);
    }

    private static string TopicOf(int node) => $"https://example.com/node/{node}";

    private static Uri Hub(ClusterProcesses cluster, int node) => new(cluster.Setups[node].Address, ".well-known/mercure");

    private static Task<SseClient> SubscribeAsync(ClusterProcesses cluster, int node, int topicOf) => SseClient.OpenAsync(Hub(cluster, node), TopicOf(topicOf));

    /// <summary>Waits until a node lists all subscriptions to these nodes' topics and no others.</summary>
    private static async Task<TimeSpan> ListsAsync(HttpClient client, ClusterProcesses cluster, int node, int[] nodes)
    {
        var expected = nodes.SelectMany(topic => Enumerable.Repeat(TopicOf(topic), Each)).ToList();
        var answer = "";
        return await Eventually.IsTrueAsync(
            async () =>
            {
                using var response = await client.GetAsync(new Uri($"{Hub(cluster, node)}/subscriptions"));
                answer = await response.Content.ReadAsStringAsync();
                return response.IsSuccessStatusCode && Topics(answer).SequenceEqual(expected, StringComparer.Ordinal);
            },
            TrueWithin,
            () => $"node {node} lists the subscriptions of {string.Join(", ", nodes)}: {answer}");
    }

    private static List<string> Topics(string list)
    {
        using var document = JsonDocument.Parse(list);
        return [.. document.RootElement.GetProperty("subscriptions").EnumerateArray().Select(entry => entry.GetProperty("topic").GetString()!).Order(StringComparer.Ordinal)];
    }
}
