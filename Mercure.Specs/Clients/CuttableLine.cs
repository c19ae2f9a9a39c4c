using System.Net;
using System.Net.Sockets;

namespace Mercure.Specs.Clients;

/// <summary>The way to a hub, which can be cut under every connection. While it is cut, new connections wait.</summary>
internal sealed class CuttableLine : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly IPEndPoint _hub;
    private readonly Task _accepting;
    private CancellationTokenSource _cut = new();
    private TaskCompletionSource _whole = new();

    public CuttableLine(Uri hub)
    {
        _hub = new IPEndPoint(IPAddress.Loopback, hub.Port);
        _whole.SetResult();
        _listener.Start();
        _accepting = AcceptAsync();
        Url = new UriBuilder(hub) { Port = ((IPEndPoint)_listener.LocalEndpoint).Port }.Uri;
    }

    /// <summary>The hub's, by this way.</summary>
    public Uri Url { get; }

    public void Cut()
    {
        _whole = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _cut.Cancel();
        _cut = new CancellationTokenSource();
    }

    public void Mend() => _whole.SetResult();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _cut.CancelAsync();
        _whole.TrySetResult();
        await _accepting;
        _listener.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = RelayAsync(await _listener.AcceptTcpClientAsync(_stop.Token));
        }
        catch (OperationCanceledException)
        {
            // The end
        }
    }

    private async Task RelayAsync(TcpClient client)
    {
        using var _ = client;
        try
        {
            await _whole.Task;
            var cut = _cut.Token;
            using var hub = new TcpClient();
            await hub.ConnectAsync(_hub, cut);
            await Task.WhenAny(
                client.GetStream().CopyToAsync(hub.GetStream(), cut),
                hub.GetStream().CopyToAsync(client.GetStream(), cut));
            // A reset, and no proper end
            client.LingerState = new LingerOption(enable: true, seconds: 0);
        }
        catch (Exception e) when (e is SocketException or IOException or OperationCanceledException)
        {
            // Either end is gone; so is the other now
        }
    }
}
