using Mercure.Actors;
using Mercure.Actors.Updates;
using Xunit;

namespace Mercure.Specs.Core;

/// <summary>Several nodes are one hub: publish anywhere, subscribe anywhere, over real sockets, whichever node goes.</summary>
public sealed class ClusterSpecs : IDisposable
{
    private const string Topic = "https://example.com/books/1";

    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Should_serve_one_order_from_every_node()
    {
        await using var cluster = await CoreCluster.StartAsync(_directory.Sqlite, nodes: 3);
        var first = await PublishAsync(cluster.Nodes[0], "first");
        var streams = cluster.Nodes.Select(node => LinkSpecs.Subscribe(node.Hub, first)).ToList();
        await Task.WhenAll(streams.Select(stream => stream.Opened));

        await Task.WhenAll(cluster.Nodes.Select(async (node, n) =>
        {
            for (var i = 0; i < 50; i++)
                await PublishAsync(node, $"{n}-{i}");
        }));

        foreach (var stream in streams)
            await stream.UntilAsync(events => events.Count == 150);
        Assert.Distinct(streams[0].Data);
        Assert.All(streams, stream => Assert.Equal(streams[0].Events, stream.Events));
        foreach (var stream in streams)
            await stream.DisposeAsync();
    }

    [Fact]
    public async Task Should_bring_an_update_that_is_larger_than_a_frame_to_every_node()
    {
        await using var cluster = await CoreCluster.StartAsync(_directory.Sqlite, nodes: 2);
        var first = await PublishAsync(cluster.Nodes[0], "first");
        var streams = cluster.Nodes.Select(node => LinkSpecs.Subscribe(node.Hub, first)).ToList();
        var large = new string('x', 3 * 1024 * 1024);

        foreach (var node in cluster.Nodes)
            await PublishAsync(node, large);

        foreach (var stream in streams)
        {
            await stream.UntilAsync(events => events.Count == 2);
            Assert.Equal([large, large], stream.Data);
            await stream.DisposeAsync();
        }

        var tooLarge = await cluster.Nodes[0].Hub.PublishAsync(CoreHub.UpdateOf(large + large, id: null, Topic));
        Assert.Equal(new PublishResult.Rejected(UpdateRules.TooLarge), tooLarge);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Should_store_every_publish_once_while_the_node_with_the_writer_goes(bool leaves)
    {
        await using var cluster = await CoreCluster.StartAsync(_directory.Sqlite, nodes: 3);
        var first = await PublishAsync(cluster.Nodes[0], "first");
        var going = await NodeWithWriterAsync(cluster);
        var staying = cluster.Nodes.Where(node => node != going).ToList();
        var streams = staying.Select(node => LinkSpecs.Subscribe(node.Hub, first)).ToList();
        await Task.WhenAll(streams.Select(stream => stream.Opened));

        var publishing = Task.WhenAll(staying.Select(async (node, n) =>
        {
            for (var i = 0; i < 300; i++)
                await PublishAsync(node, $"{n}-{i}");
        }));
        await streams[0].UntilAsync(events => events.Count > 50);
        await cluster.StopAsync(going, leaves);
        await publishing;

        foreach (var stream in streams)
            await stream.UntilAsync(events => events.Count >= 600);
        var published = Enumerable.Range(0, 2).SelectMany(n => Enumerable.Range(0, 300).Select(i => $"{n}-{i}"));
        Assert.Equal(published.Order(StringComparer.Ordinal), streams[0].Data.Order(StringComparer.Ordinal));
        Assert.Equal(streams[0].Events, streams[1].Events);
        foreach (var stream in streams)
            await stream.DisposeAsync();
    }

    private static async Task<string> PublishAsync(CoreCluster.Node node, string data) =>
        Assert.IsType<PublishResult.Stored>(await node.Hub.PublishAsync(CoreHub.UpdateOf(data, id: null, Topic))).Id;

    private static async Task<CoreCluster.Node> NodeWithWriterAsync(CoreCluster cluster)
    {
        foreach (var node in cluster.Nodes)
        {
            if (await node.HasWriterAsync())
                return node;
        }

        throw new InvalidOperationException("No node has the writer.");
    }
}
