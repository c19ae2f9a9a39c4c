using System.Collections.Concurrent;
using Xunit;

namespace Mercure.Specs.Processes;

/// <summary>
/// Publishers and subscribers that live through the hub's deaths and keep a record, and what must hold of it afterwards.
/// </summary>
internal sealed class LoadRun(HubSetup setup) : IAsyncDisposable
{
    private const string Topic = "https://example.com/load";
    private const int Publishers = 4;
    private const int Subscribers = 3;

    private static readonly TimeSpan Timeout = Eventually.Patience;
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(20);

    private readonly ConcurrentDictionary<string, string> _acknowledged = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _tried = new(StringComparer.Ordinal);
    private readonly List<List<SseClient>> _subscribers = [];
    private readonly CancellationTokenSource _stop = new();
    private List<Task> _publishing = [];
    private string _first = "";

    public int Acknowledged => _acknowledged.Count;

    public int Unknown => _tried.Count - _acknowledged.Count;

    /// <summary>The first life of the hub: from here on there is load.</summary>
    public async Task BeginAsync()
    {
        using (var publisher = new Publisher(setup.Hub))
            _first = await publisher.PublishAsync(Topic, "first");

        for (var i = 0; i < Subscribers; i++)
            _subscribers.Add([await SseClient.OpenAsync(setup.Hub, Topic)]);

        _publishing = [.. Enumerable.Range(0, Publishers).Select(number => Task.Run(() => PublishAsync(number)))];
    }

    /// <summary>So many acknowledgements from now.</summary>
    public Task MoreAsync(int count)
    {
        var goal = Acknowledged + count;
        return Eventually.IsTrueAsync(() => Acknowledged >= goal, Timeout, () => $"{goal} acknowledged updates instead of {Acknowledged}.");
    }

    /// <summary>Every subscriber comes back with the last id it has seen, while there is load.</summary>
    public async Task ReconnectAsync()
    {
        foreach (var connections in _subscribers)
        {
            await connections[^1].Ended.WaitAsync(Timeout);
            // Who has seen nothing yet comes back after the update that came before it.
            connections.Add(await SseClient.OpenAsync(setup.Hub, Topic, connections[^1].LastId ?? _first));
        }
    }

    /// <summary>Ends the load and checks the whole record.</summary>
    public async Task CheckAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_publishing);
        using var publisher = new Publisher(setup.Hub);
        await publisher.PublishAsync(Topic, "last");
        foreach (var connections in _subscribers)
            await connections[^1].ReceivesAsync("last", Timeout);

        var history = await SseClient.ReplayAsync(setup.Hub, Topic, _first, "last", Timeout);
        CheckHistory(history);
        foreach (var connections in _subscribers)
            CheckSubscriber(connections, history);

        // Read again, the history is the same: there is one order.
        Assert.Equal(history, await SseClient.ReplayAsync(setup.Hub, Topic, _first, "last", Timeout));
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_publishing);
        foreach (var connection in _subscribers.SelectMany(connections => connections))
            await connection.DisposeAsync();

        _stop.Dispose();
    }

    private async Task PublishAsync(int number)
    {
        using var publisher = new Publisher(setup.Hub);
        for (var count = 1; !_stop.IsCancellationRequested; count++)
        {
            var data = $"{number}-{count}";
            // Every second publisher brings ids of its own.
            var id = number % 2 == 0 ? null : $"urn:own:{data}";
            _tried[data] = true;
            var answer = await publisher.TryPublishAsync(Topic, data, id);
            if (answer.Id is not null)
                _acknowledged[data] = answer.Id;
            else if (answer.Status is null)
                await Task.Delay(RetryDelay);
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

    /// <summary>Its connections together are the history, without a gap or a repetition.</summary>
    private static void CheckSubscriber(List<SseClient> connections, IReadOnlyList<SseEvent> history)
    {
        var next = 0;
        foreach (var (number, connection) in connections.Index())
        {
            foreach (var received in connection.Events)
            {
                Assert.True(received == history[next], $"Connection {number} got {received} where the history has {history[next]} at {next}.");
                next++;
            }
        }

        Assert.Equal(history.Count, next);
    }
}
