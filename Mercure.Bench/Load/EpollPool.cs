using System.ComponentModel;
using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Mercure.Bench.Http;
using Mercure.Bench.Measure;

namespace Mercure.Bench.Load;

/// <summary>
/// Subscribers over clear text on Linux: one thread, one epoll, one receive buffer for all of them. The sockets are connected by
/// blocking calls on threads of their own, because a socket that was used asynchronously once stays in the runtime's epoll, and
/// would wake its thread for every event as well.
/// </summary>
internal sealed unsafe partial class EpollPool : ISubscriberPool
{
    private const int ConnectThreads = 4;
    private const int StalledReceiveBuffer = 16 * 1024;
    private const int MaxEvents = 512;
    private const int BufferSize = 64 * 1024;
    private const int CtlAdd = 1;
    private const int CtlDelete = 2;
    private const uint EventIn = 1;
    private const uint EventHangUp = 0x2010;
    private const uint EventEdge = 1u << 31;
    private const int DontWait = 0x40;
    private const int Again = 11;
    private const int Interrupted = 4;

    // struct epoll_event is packed on x86-64 only
    private static readonly int EventSize = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;
    private static readonly int DataAt = EventSize - 8;

    private readonly HubAddress _address;
    private readonly Subscription _shared;
    private readonly SubscriberConnection[] _connections;
    private readonly Socket?[] _sockets;
    private readonly int[] _descriptors;
    private readonly Schedule? _ramp;
    private readonly SemaphoreSlim _connecting;
    private readonly TaskCompletionSource _allOpen = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Thread _reader;
    private readonly int _epoll;
    private volatile bool _stopped;
    private volatile bool _resumed;
    private int _nextToConnect = -1;
    private int _open;

    /// <param name="address">Where they connect.</param>
    /// <param name="shared">What they have in common.</param>
    /// <param name="connections">Each of them.</param>
    /// <param name="ramp">How many a second; 0: as fast as possible.</param>
    /// <param name="atOnce">How many wait for their response heads at most.</param>
    public EpollPool(HubAddress address, Subscription shared, SubscriberConnection[] connections, double ramp, int atOnce)
    {
        _connecting = new SemaphoreSlim(atOnce);
        _address = address;
        _shared = shared;
        _connections = connections;
        _sockets = new Socket?[connections.Length];
        _descriptors = new int[connections.Length];
        _ramp = ramp > 0 ? new Schedule(Stopwatch.GetTimestamp(), ramp) : null;
        _epoll = Checked(EpollCreate(0));
        _reader = new Thread(Read) { IsBackground = true, Name = "subscribers" };
        _reader.Start();
    }

    public int Open => Volatile.Read(ref _open);

    public Task ConnectAllAsync(CancellationToken cancel)
    {
        if (_connections.Length == 0)
            return Task.CompletedTask;
        for (var i = 0; i < ConnectThreads; i++)
            new Thread(() => Connect(cancel)) { IsBackground = true, Name = "connect" }.Start();
        return _allOpen.Task.WaitAsync(cancel);
    }

    public void Resume()
    {
        _resumed = true;
        for (var i = 0; i < _connections.Length; i++)
        {
            if (_connections[i] is { Role: SubscriberRole.Stalled, IsOpen: true })
                Watch(i);
        }
    }

    public ValueTask DisposeAsync()
    {
        if (_stopped)
            return ValueTask.CompletedTask;
        _stopped = true;
        _reader.Join();
        _allOpen.TrySetCanceled();
        _ = Close(_epoll);
        foreach (var socket in _sockets)
            socket?.Dispose();
        _connecting.Dispose();
        return ValueTask.CompletedTask;
    }

    private void Connect(CancellationToken cancel)
    {
        try
        {
            Nap.Prepare();
            for (int i; (i = Interlocked.Increment(ref _nextToConnect)) < _connections.Length && !_stopped;)
            {
                while (_ramp is not null && _ramp.At(i) > Stopwatch.GetTimestamp())
                    Nap.Until(_ramp.At(i));
                _connecting.Wait(cancel);
                ConnectOne(i);
            }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException or Win32Exception)
        {
            _allOpen.TrySetException(e);
        }
    }

    private void ConnectOne(int index)
    {
        var connection = _connections[index];
        var socket = _address.NewSocket();
        _sockets[index] = socket;
        // What the kernel takes in its place is not stalled yet.
        if (connection.Role == SubscriberRole.Stalled)
            socket.ReceiveBufferSize = StalledReceiveBuffer;
        connection.ConnectingSince = Stopwatch.GetTimestamp();
        socket.Connect(_address.EndPoint);
        socket.Send(connection.Request());

        _descriptors[index] = (int)socket.SafeHandle.DangerousGetHandle();
        Watch(index);
    }

    /// <summary>What has come before is told as well.</summary>
    private void Watch(int index)
    {
        var ready = stackalloc byte[EventSize];
        *(uint*)ready = EventIn | EventHangUp | EventEdge;
        *(ulong*)(ready + DataAt) = (ulong)index;
        Checked(EpollCtl(_epoll, CtlAdd, _descriptors[index], ready));
    }

    private void Read()
    {
        var events = stackalloc byte[MaxEvents * 16];
        var buffer = (byte*)NativeMemory.Alloc(BufferSize);
        while (!_stopped)
        {
            var count = EpollWait(_epoll, events, MaxEvents, 100);
            for (var i = 0; i < count; i++)
            {
                var ready = events + (i * EventSize);
                var index = (int)*(ulong*)(ready + DataAt);
                var mayHoldMore = (*(uint*)ready & EventHangUp) != 0;
                while (Receive(index, buffer) is var length && length > 0 && (length == BufferSize || mayHoldMore))
                {
                }
            }
        }

        NativeMemory.Free(buffer);
    }

    /// <summary>
    /// How many bytes there were. Fewer than asked for: the socket is empty, and there will be another edge when it is not (an
    /// epoll of levels would look at each socket twice).
    /// </summary>
    private int Receive(int index, byte* buffer)
    {
        int length;
        do
        {
            length = (int)Recv(_descriptors[index], buffer, BufferSize, DontWait);
            if (length < 0 && Marshal.GetLastSystemError() == Again)
                return 0;
        }
        while (length < 0 && Marshal.GetLastSystemError() == Interrupted);

        var connection = _connections[index];
        var wasOpen = connection.IsOpen;
        try
        {
            if (length <= 0)
                throw new IOException("The hub ended a subscriber's stream.");
            connection.Consume(new ReadOnlySpan<byte>(buffer, length), Stopwatch.GetTimestamp());
        }
        catch (Exception e) when (e is FormatException or IOException)
        {
            Drop(index, e);
            return 0;
        }

        if (!wasOpen && connection.IsOpen)
            Opened(index);
        return length;
    }

    private void Opened(int index)
    {
        if (_connections[index].Role == SubscriberRole.Stalled && !_resumed)
            _ = EpollCtl(_epoll, CtlDelete, _descriptors[index], null);
        _connecting.Release();
        if (Interlocked.Increment(ref _open) == _connections.Length)
            _allOpen.TrySetResult();
    }

    private void Drop(int index, Exception reason)
    {
        _ = EpollCtl(_epoll, CtlDelete, _descriptors[index], null);
        _shared.Faults.Disconnected++;
        _allOpen.TrySetException(reason);
    }

    private static int Checked(int result) => result >= 0 ? result : throw new Win32Exception(Marshal.GetLastSystemError());

    [LibraryImport("libc", EntryPoint = "epoll_create1")]
    private static partial int EpollCreate(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl")]
    private static partial int EpollCtl(int epoll, int operation, int descriptor, byte* ready);

    [LibraryImport("libc", EntryPoint = "epoll_wait")]
    private static partial int EpollWait(int epoll, byte* events, int maxEvents, int timeout);

    [LibraryImport("libc", EntryPoint = "recv")]
    private static partial nint Recv(int descriptor, byte* buffer, nint length, int flags);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
