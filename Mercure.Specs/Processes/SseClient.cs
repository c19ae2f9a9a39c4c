using System.Net.Sockets;
using Mercure.Specs.Streams;

namespace Mercure.Specs.Processes;

/// <summary>An event of a stream, as its lines say.</summary>
public sealed record SseEvent(string Id, string Data);

/// <summary>How a connection ended.</summary>
public enum SseEnd
{
    /// <summary>Properly: the last chunk was sent.</summary>
    Completed,

    /// <summary>The connection broke.</summary>
    Broken,

    /// <summary>This client closed it.</summary>
    Closed,
}

/// <summary>One connection to the hub that records what it is sent, in order.</summary>
public sealed class SseClient : IAsyncDisposable
{
    private static readonly HttpClient Http = new(new SocketsHttpHandler { ConnectCallback = ConnectAsync }) { Timeout = Timeout.InfiniteTimeSpan };

    private readonly CancellationTokenSource _close = new();
    private readonly HttpResponseMessage _response;
    private readonly List<SseEvent> _events = [];

    private SseClient(HttpResponseMessage response, string? after)
    {
        _response = response;
        After = after;
        Ended = Task.FromResult(SseEnd.Closed);
    }

    /// <summary>The Last-Event-ID with which it was opened.</summary>
    public string? After { get; }

    /// <summary>Completes when the stream ends, however.</summary>
    public Task<SseEnd> Ended { get; private set; }

    /// <summary>What was received so far.</summary>
    public IReadOnlyList<SseEvent> Events
    {
        get
        {
            lock (_events)
                return [.. _events];
        }
    }

    /// <summary>The id to come back with.</summary>
    public string? LastId
    {
        get
        {
            lock (_events)
                return _events.Count == 0 ? After : _events[^1].Id;
        }
    }

    /// <summary>Opens a stream; completes when the response head is there, from which on the subscription counts.</summary>
    /// <param name="hub">URL of the hub.</param>
    /// <param name="topic">A topic or template.</param>
    /// <param name="after">Last-Event-ID; null for none.</param>
    /// <param name="read">False for a client that never reads.</param>
    /// <param name="cancellation">Gives up before the usual time.</param>
    public static async Task<SseClient> OpenAsync(Uri hub, string topic, string? after = null, bool read = true, CancellationToken cancellation = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{hub}?topic={Uri.EscapeDataString(topic)}");
        if (after is not null)
            request.Headers.Add("Last-Event-ID", after);

        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        late.CancelAfter(Eventually.Patience);
        var response = await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, late.Token);
        response.EnsureSuccessStatusCode();
        var client = new SseClient(response, after);
        if (read)
            client.Ended = Task.Run(client.ReadAsync);
        return client;
    }

    /// <summary>Everything after an id, up to the update with this data.</summary>
    public static async Task<IReadOnlyList<SseEvent>> ReplayAsync(Uri hub, string topic, string after, string last, TimeSpan timeout)
    {
        await using var client = await OpenAsync(hub, topic, after);
        await client.ReceivesAsync(last, timeout);
        return client.Events;
    }

    /// <summary>Completes when the update with this data has come.</summary>
    public Task<TimeSpan> ReceivesAsync(string data, TimeSpan timeout) => Eventually.IsTrueAsync(
        () => Events.Any(received => received.Data == data),
        timeout,
        () => $"\"{data}\" received; {Events.Count} events, the last id is {LastId}; the stream is {(Ended.IsCompleted ? "over" : "open")}.");

    public async ValueTask DisposeAsync()
    {
        await _close.CancelAsync();
        _response.Dispose();
        await Ended;
        _close.Dispose();
    }

    private async Task<SseEnd> ReadAsync()
    {
        try
        {
            using var reader = new StreamReader(await _response.Content.ReadAsStreamAsync(_close.Token));
            var parser = new SseParser();
            while (await reader.ReadLineAsync(_close.Token) is { } line)
            {
                if (parser.Line(line) is { } received)
                    Record(new SseEvent(received.LastEventId, received.Data));
            }

            return SseEnd.Completed;
        }
        catch (Exception) when (_close.IsCancellationRequested)
        {
            return SseEnd.Closed;
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            return SseEnd.Broken;
        }
    }

    private void Record(SseEvent received)
    {
        lock (_events)
            _events.Add(received);
    }

    /// <summary>A small window, so that a client that does not read is soon noticed by the hub.</summary>
    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveBufferSize = 64 * 1024 };
        try
        {
            await socket.ConnectAsync(context.DnsEndPoint, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (SocketException)
        {
            socket.Dispose();
            throw;
        }
    }
}
