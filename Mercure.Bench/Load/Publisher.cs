using System.Diagnostics;
using System.Net.Sockets;
using System.Threading.Channels;
using Mercure.Bench.Http;
using Mercure.Bench.Measure;
using Mercure.Bench.Verify;

namespace Mercure.Bench.Load;

/// <summary>One keep-alive connection with one publish in flight; topics in turn.</summary>
internal sealed class Publisher : IAsyncDisposable
{
    private static readonly TimeSpan AfterFailure = TimeSpan.FromMilliseconds(50);

    private readonly Publishing _shared;
    private readonly int _number;
    private readonly PublishRequest _request;
    private readonly byte[] _buffer = new byte[4096];
    private readonly SemaphoreSlim _delivered = new(0);
    private ResponseReader _response = new();
    private Stream? _stream;
    private int _topic;

    public Publisher(Publishing shared, int number)
    {
        _shared = shared;
        _number = number;
        _topic = number % shared.Settings.Topics;
        _request = new PublishRequest(shared.Address, shared.Settings, shared.Run);
        Ledger = new PublisherLedger(shared.Settings.Topics);
    }

    public PublisherLedger Ledger { get; }

    public Latencies Latencies { get; } = new();

    /// <summary>Id of the last update, as the hub answered.</summary>
    public string LastId => _response.Body;

    /// <summary>All subscribers have its last update (told in lockstep only).</summary>
    public void Delivered() => _delivered.Release();

    public async ValueTask ConnectAsync(CancellationToken cancel)
    {
        _response = new ResponseReader();
        _stream = await _shared.Address.ConnectAsync(cancel);
    }

    public async Task RunAsync(CancellationToken cancel)
    {
        var due = _shared.Pacer?.Due;
        while (await NextAsync(due, cancel) is { } intended && _shared.TryStart())
        {
            var topic = _topic;
            _topic = (topic + 1) % _shared.Settings.Topics;
            var sequence = Ledger.Next(topic);
            if (await TrySendAsync(new Stamp(_shared.Run, _number, topic, sequence, intended), cancel))
            {
                if (_shared.Settings.Lockstep)
                    await WaitForDeliveryAsync(cancel);
            }
            else
            {
                Ledger.Unacknowledged(topic, sequence);
                await Task.Delay(AfterFailure, cancel);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        _delivered.Dispose();
        await DisconnectAsync();
    }

    private static async ValueTask<long?> NextAsync(ChannelReader<long>? due, CancellationToken cancel)
    {
        if (due is null)
            return Stopwatch.GetTimestamp();
        try
        {
            return await due.ReadAsync(cancel);
        }
        catch (ChannelClosedException)
        {
            return null;
        }
    }

    private async ValueTask<bool> TrySendAsync(Stamp stamp, CancellationToken cancel)
    {
        try
        {
            await SendAsync(stamp, cancel);
        }
        catch (Exception e) when (e is IOException or SocketException or FormatException)
        {
            _shared.Fail(e.Message);
            await DisconnectAsync();
            return false;
        }

        if (_response.Head.Closes)
            await DisconnectAsync();
        if (_response.Head.Status != 200)
        {
            _shared.Fail($"status {_response.Head.Status}: {_response.Body.Trim()}");
            return false;
        }

        if (_shared.Window.Contains(stamp.Ticks))
            Latencies.Record(stamp.Ticks, Stopwatch.GetTimestamp());
        _shared.Succeeded();
        return true;
    }

    private async ValueTask SendAsync(Stamp stamp, CancellationToken cancel)
    {
        if (_stream is null)
            await ConnectAsync(cancel);
        await _stream!.WriteAsync(_request.With(stamp), cancel);
        int length;
        do
        {
            length = await _stream.ReadAsync(_buffer, cancel);
            if (length == 0)
                throw new IOException("The hub closed a publisher's connection.");
        }
        while (!_response.Feed(_buffer.AsSpan(0, length)));
    }

    private async ValueTask DisconnectAsync()
    {
        if (_stream is not null)
            await _stream.DisposeAsync();
        _stream = null;
    }

    private async ValueTask WaitForDeliveryAsync(CancellationToken cancel)
    {
        // A lost update must not stop the run: it will be reported as lost
        await _delivered.WaitAsync(_shared.Settings.Drain, cancel);
    }
}
