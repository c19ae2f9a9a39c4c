using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using Mercure.Specs.Processes;
using Xunit;

namespace Mercure.Specs.Clustering;

/// <summary>
/// Publishers and subscribers on every node, which go to the next node when theirs fails, as behind a load balancer; they
/// keep a record, and it is compared with the journal: nothing acknowledged is lost, nothing is doubled, one order.
/// </summary>
internal sealed class ClusterLoad(IReadOnlyList<HubSetup> nodes) : IAsyncDisposable
{
    private const string Topic = "https://example.com/load";

    private static readonly TimeSpan Timeout = Eventually.Patience;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly ConcurrentDictionary<string, string> _acknowledged = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, HttpStatusCode?> _tried = new(StringComparer.Ordinal);
    private readonly List<List<SseClient>> _subscribers = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _close = new();
    private readonly HashSet<int> _avoided = [];
    private List<Task> _publishing = [];
    private List<Task> _subscribing = [];
    private string _first = "";

    public int Acknowledged => _acknowledged.Count;

    /// <summary>Streams that were opened, of all subscribers together.</summary>
    public int Streams => _subscribers.Sum(connections => connections.Count);

    /// <summary>Publishes that were answered, but not with 200.</summary>
    public int Refused => _tried.Values.Count(status => status is not (null or HttpStatusCode.OK or HttpStatusCode.Continue));

    /// <summary>Nobody goes there any more: it is about to stop, says its readiness.</summary>
    public void Avoid(int node)
    {
        lock (_avoided)
            _avoided.Add(node);
    }

    public void Use(int node)
    {
        lock (_avoided)
            _avoided.Remove(node);
    }

    /// <summary>Everybody publishes and subscribes; completes after so many acknowledgements.</summary>
    public static async Task<ClusterLoad> StartAsync(IReadOnlyList<HubSetup> nodes, int acknowledged = 0)
    {
        var load = new ClusterLoad(nodes);
        try
        {
            await load.BeginAsync();
            await load.MoreAsync(acknowledged);
            return load;
        }
        catch
        {
            await load.DisposeAsync();
            throw;
        }
    }

    private async Task BeginAsync()
    {
        using (var publisher = new Publisher(nodes[0].Hub))
            _first = await publisher.PublishAsync(Topic, "first");

        _subscribing = [.. nodes.Select((_, node) => SubscribeAsync(node))];
        _publishing = [.. nodes.Select((_, node) => Task.Run(() => PublishAsync(node)))];
    }

    /// <summary>So many acknowledgements from now.</summary>
    public Task MoreAsync(int count)
    {
        var goal = Acknowledged + count;
        return Eventually.IsTrueAsync(() => Acknowledged >= goal, Timeout, () => $"{goal} acknowledged updates instead of {Acknowledged}.");
    }

    /// <summary>Time until a publish on this node, begun now, succeeds.</summary>
    public async Task<TimeSpan> PublishSucceedsAsync(int node)
    {
        using var publisher = new Publisher(nodes[node].Hub);
        var watch = Stopwatch.StartNew();
        await Eventually.IsTrueAsync(
            async () =>
            {
                var data = $"probe-{Guid.NewGuid():N}";
                _tried[data] = HttpStatusCode.Continue;
                var answer = await publisher.TryPublishAsync(Topic, data);
                if (answer.Id is not null)
                    _acknowledged[data] = answer.Id;
                return answer.Id is not null;
            },
            Timeout,
            () => $"a publish on node {node} succeeds.");
        return watch.Elapsed;
    }

    /// <summary>Ends the load and checks the whole record.</summary>
    public async Task CheckAsync(int node)
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_publishing).WaitAsync(Timeout);
        using (var publisher = new Publisher(nodes[node].Hub))
            await publisher.PublishAsync(Topic, "last");

        foreach (var connections in _subscribers)
        {
            await Eventually.IsTrueAsync(
                () => Events(connections).Any(received => received.Data == "last"), Timeout, () => "every subscriber gets the last update.");
        }

        await _close.CancelAsync();
        await Task.WhenAll(_subscribing).WaitAsync(Timeout);
        var history = await SseClient.ReplayAsync(nodes[node].Hub, Topic, _first, "last", Timeout);
        CheckHistory(history);
        foreach (var connections in _subscribers)
            Assert.Equal(history, Events(connections));
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _close.CancelAsync();
        await Task.WhenAll(_publishing.Concat(_subscribing));
        foreach (var connection in _subscribers.SelectMany(connections => connections))
            await connection.DisposeAsync();

        _stop.Dispose();
        _close.Dispose();
    }

    private static List<SseEvent> Events(List<SseClient> connections)
    {
        lock (connections)
            return [.. connections.SelectMany(connection => connection.Events)];
    }

    private int Next(int node)
    {
        lock (_avoided)
        {
            for (var tries = 0; tries < nodes.Count; tries++)
            {
                node = (node + 1) % nodes.Count;
                if (!_avoided.Contains(node))
                    break;
            }
        }

        return node;
    }

    private bool IsAvoided(int node)
    {
        lock (_avoided)
            return _avoided.Contains(node);
    }

    private async Task PublishAsync(int number)
    {
        var node = number;
        var publisher = new Publisher(nodes[node].Hub);
        for (var count = 1; !_stop.IsCancellationRequested; count++)
        {
            var data = $"{number}-{count}";
            var id = number % 2 == 0 ? null : $"urn:own:{data}";
            _tried[data] = HttpStatusCode.Continue;
            var answer = await publisher.TryPublishAsync(Topic, data, id);
            _tried[data] = answer.Status;
            if (answer.Id is not null)
                _acknowledged[data] = answer.Id;
            if (answer.Id is null || IsAvoided(node))
            {
                publisher.Dispose();
                node = Next(node);
                publisher = new Publisher(nodes[node].Hub);
                await Task.Delay(Pause);
            }
        }

        publisher.Dispose();
    }

    private async Task SubscribeAsync(int node)
    {
        var connections = new List<SseClient>();
        _subscribers.Add(connections);
        var last = _first;
        while (!_close.IsCancellationRequested)
        {
            try
            {
                var client = await SseClient.OpenAsync(nodes[node].Hub, Topic, last);
                lock (connections)
                    connections.Add(client);
                await client.Ended.WaitAsync(_close.Token);
                last = client.LastId ?? last;
            }
            catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
            {
                await Task.Delay(Pause);
            }

            node = Next(node);
        }
    }

    private void CheckHistory(IReadOnlyList<SseEvent> history)
    {
        var byData = history.ToLookup(update => update.Data, StringComparer.Ordinal);
        Assert.All(byData, same => Assert.True(same.Count() == 1, $"{same.Key} is stored {same.Count()} times."));
        Assert.All(_acknowledged, acknowledged =>
        {
            Assert.True(byData.Contains(acknowledged.Key), $"{acknowledged.Key} was acknowledged and is lost.");
            Assert.Equal(acknowledged.Value, byData[acknowledged.Key].Single().Id);
        });
        Assert.All(history, update => Assert.True(update.Data == "last" || _tried.ContainsKey(update.Data), $"{update.Data} was never published."));
    }
}
