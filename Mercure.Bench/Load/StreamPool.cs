using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Sockets;
using System.Security.Authentication;
using Mercure.Bench.Http;
using Mercure.Bench.Measure;

namespace Mercure.Bench.Load;

/// <summary>Subscribers over TLS, or where there is no epoll: the runtime's asynchronous sockets, one buffer each.</summary>
internal sealed class StreamPool(HubAddress address, Subscription shared, SubscriberConnection[] connections, double ramp, int atOnce) : ISubscriberPool
{
    private const int BufferSize = 4096;

    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentBag<Task> _readers = [];
    private readonly TaskCompletionSource _resumed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _open;

    public int Open => Volatile.Read(ref _open);

    public async Task ConnectAllAsync(CancellationToken cancel)
    {
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancel, _stop.Token);
        using var connecting = new SemaphoreSlim(atOnce);
        var schedule = ramp > 0 ? new Schedule(Stopwatch.GetTimestamp(), ramp) : null;
        var opening = new List<Task>();
        for (var i = 0; i < connections.Length; i++)
        {
            if (schedule is not null && Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), schedule.At(i)) is { Ticks: > 0 } wait)
                await Task.Delay(wait, linked.Token);
            await connecting.WaitAsync(linked.Token);
            opening.Add(OpenAsync(connections[i], connecting, linked.Token));
        }

        await Task.WhenAll(opening);
    }

    public void Resume() => _resumed.TrySetResult();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_readers);
    }

    private async Task OpenAsync(SubscriberConnection connection, SemaphoreSlim connecting, CancellationToken cancel)
    {
        try
        {
            connection.ConnectingSince = Stopwatch.GetTimestamp();
            var stream = await address.ConnectAsync(cancel);
            await stream.WriteAsync(connection.Request(), cancel);
            var opened = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _readers.Add(Task.Run(() => ReadAsync(connection, stream, opened), CancellationToken.None));
            await opened.Task.WaitAsync(cancel);
            Interlocked.Increment(ref _open);
        }
        finally
        {
            connecting.Release();
        }
    }

    private async Task ReadAsync(SubscriberConnection connection, Stream stream, TaskCompletionSource opened)
    {
        await using (stream)
        {
            try
            {
                var buffer = new byte[BufferSize];
                for (int length; (length = await stream.ReadAsync(buffer, _stop.Token)) > 0;)
                {
                    Consume(connection, buffer.AsSpan(0, length), opened);
                    if (connection is { Role: SubscriberRole.Stalled, IsOpen: true })
                        await _resumed.Task.WaitAsync(_stop.Token);
                }

                throw new IOException("The hub ended a subscriber's stream.");
            }
            catch (OperationCanceledException)
            {
                opened.TrySetCanceled();
            }
            catch (Exception e) when (e is FormatException or IOException or SocketException or AuthenticationException)
            {
                lock (_gate)
                    shared.Faults.Disconnected++;
                opened.TrySetException(e);
            }
        }
    }

    private void Consume(SubscriberConnection connection, ReadOnlySpan<byte> bytes, TaskCompletionSource opened)
    {
        lock (_gate)
            connection.Consume(bytes, Stopwatch.GetTimestamp());
        if (connection.IsOpen)
            opened.TrySetResult();
    }
}
