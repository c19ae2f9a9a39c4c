using System.Globalization;
using Mercure.Specs.Processes;
using Mercure.Specs.Tokens;
using Xunit;

namespace Mercure.Specs.Soak;

/// <summary>Publishers and all kinds of subscribers of both generations, for as long as wanted; each checks what it receives.</summary>
internal sealed class SoakRun : IAsyncDisposable
{
    /// <summary>Within half of it one can always go on; a subscriber that was away for longer comes anew.</summary>
    public const int HistorySize = 5_000;

    private const int Topics = 10;
    private const string All = "https://example.com/soak/{topic}";
    private const int PublishersEach = 2;

    /// <summary>So that the caches are full of updates within minutes.</summary>
    private const int LargeEvery = 20;

    private const int Steady = 10;
    private const int Coming = 40;
    private const int Slow = 6;
    private const int Dead = 6;

    private static readonly TimeSpan PublishEvery = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly Uri[] _hubs;
    private readonly int _seed;
    private readonly SoakLog _log = new(Topics);
    private readonly CancellationTokenSource _stopPublishing = new();
    private readonly CancellationTokenSource _stopChurning = new();
    private readonly CancellationTokenSource _abort = new();
    private readonly List<Task> _publishing = [];
    private readonly List<Task> _subscribing = [];
    private long _connections;

    public SoakRun(HubSetup setup, int seed)
    {
        _hubs = [setup.Hub, new Uri(setup.Address, ".well-known/mercure")];
        _seed = seed;
    }

    public static (string Name, string Value)[] Environment =>
    [
        ("MERCURE_PUBLISHER_JWT_KEY", V010Tokens.Secret), ("MERCURE_SUBSCRIBER_JWT_KEY", V010Tokens.Secret), ("MERCURE_V010_SUBSCRIPTIONS", "1"),
        ("HISTORY_SIZE", $"{HistorySize}"), ("HISTORY_CLEANUP_FREQUENCY", "1"), ("HEARTBEAT_INTERVAL", "2s"),
    ];

    public int Updates => _log.CountOf(topic: null);

    public long Connections => Interlocked.Read(ref _connections);

    /// <summary>Ends, and fails, when anybody does.</summary>
    public Task AnyFailure => Task.WhenAny(_publishing.Concat(_subscribing)).Unwrap();

    public async Task StartAsync()
    {
        // The first witness is the order; the second, of the other generation, must see the same.
        var witness = await OpenAsync(_hubs[0], All, null, gzip: false, (id, data) => _log.Append(id, TopicOf(data)), _abort.Token);
        _subscribing.Add(Task.Run(() => WitnessAsync(witness)));
        for (var i = 0; i < Steady; i++)
            Subscribe(i, random => StayAsync(random));
        for (var i = 0; i < Coming; i++)
            Subscribe(i, random => ComeAndGoAsync(random));
        for (var i = 0; i < Slow; i++)
            Subscribe(i, random => LagAsync(random));
        for (var i = 0; i < Dead; i++)
            Subscribe(i, random => DieAsync(random));
        for (var i = 0; i < PublishersEach * _hubs.Length; i++)
        {
            var number = i;
            _publishing.Add(Task.Run(() => PublishAsync(number)));
        }
    }

    /// <summary>Publishing ends, and everybody receives what is left, or fails.</summary>
    public async Task StopAsync()
    {
        await _stopPublishing.CancelAsync();
        await Task.WhenAll(_publishing).WaitAsync(Patience);
        await Eventually.IsTrueAsync(() => _log.Unseen == 0, Patience, () => $"{_log.Unseen} acknowledged updates did not come to the witness.");
        await _stopChurning.CancelAsync();
        await Task.WhenAll(_subscribing.Skip(1)).WaitAsync(Patience);
        await _abort.CancelAsync();
        await Task.WhenAll(_subscribing);
    }

    public async ValueTask DisposeAsync()
    {
        await _abort.CancelAsync();
        await _stopPublishing.CancelAsync();
        await _stopChurning.CancelAsync();
        await Task.WhenAll(_publishing.Concat(_subscribing)).ContinueWith(static _ => { }, TaskScheduler.Default);
        _abort.Dispose();
        _stopPublishing.Dispose();
        _stopChurning.Dispose();
    }

    private void Subscribe(int number, Func<Random, Task> live)
    {
        var random = new Random(HashCode.Combine(_seed, _subscribing.Count, number));
        _subscribing.Add(Task.Run(() => live(random)));
    }

    private async Task PublishAsync(int number)
    {
        var random = new Random(HashCode.Combine(_seed, number));
        var generation = number % _hubs.Length;
        using var publisher = new Publisher(_hubs[generation], generation == 0 ? null : V010Tokens.Publisher("*"));
        using var timer = new PeriodicTimer(PublishEvery);
        for (var count = 0; !_stopPublishing.IsCancellationRequested; count++)
        {
            var topic = random.Next(Topics);
            var length = random.Next(LargeEvery) == 0 ? random.Next(20_000, 100_000) : random.Next(100, 600);
            var data = $"{topic}|{length}|".PadRight(length, 'x');
            var id = random.Next(3) == 0 ? $"urn:soak:{number}:{count}" : null;
            _log.Acknowledge(await publisher.PublishAsync(TopicUrl(topic), data, id));
            await timer.WaitForNextTickAsync();
        }
    }

    private async Task WitnessAsync(SoakStream stream)
    {
        using (stream)
            await ReadAsync(stream, static () => false, _abort.Token);
        Assert.True(_abort.IsCancellationRequested, "The hub ended the witness's stream.");
    }

    /// <summary>Connected all the time, to everything.</summary>
    private async Task StayAsync(Random random)
    {
        var follower = new SoakFollower(_log, topic: null);
        using var stream = await ConnectAsync(follower, All, random);
        await ReadAsync(stream, static () => false, _stopChurning.Token);
        await FinishAsync(stream, follower);
    }

    /// <summary>One topic, for a moment at a time; comes back after the last update it has seen.</summary>
    private async Task ComeAndGoAsync(Random random)
    {
        var topic = random.Next(Topics);
        var follower = new SoakFollower(_log, topic);
        while (!_stopChurning.IsCancellationRequested)
        {
            using (var session = CancellationTokenSource.CreateLinkedTokenSource(_stopChurning.Token))
            using (var stream = await ConnectAsync(follower, TopicUrl(topic), random))
            {
                session.CancelAfter(random.Next(100, 5_000));
                await ReadAsync(stream, static () => false, session.Token);
                if (random.Next(2) == 0)
                    stream.Die();
            }

            await PauseAsync(random.Next(0, 3_000));
        }

        using var last = await ConnectAsync(follower, TopicUrl(topic), random);
        await FinishAsync(last, follower);
    }

    /// <summary>Reads far more slowly than is published, then as fast as it can.</summary>
    private async Task LagAsync(Random random)
    {
        var follower = new SoakFollower(_log, topic: null);
        while (!_stopChurning.IsCancellationRequested)
        {
            using var stream = await ConnectAsync(follower, All, random);
            for (var steps = random.Next(50, 200); steps > 0 && !_stopChurning.IsCancellationRequested; steps--)
            {
                Assert.True(await stream.ReadAsync(4 * 1024, _abort.Token), "The hub ended a slow reader's stream.");
                await PauseAsync(100);
            }

            await FinishAsync(stream, follower);
            await PauseAsync(random.Next(0, 3_000));
        }
    }

    /// <summary>Reads nothing but the response head, and is gone one day without a word.</summary>
    private async Task DieAsync(Random random)
    {
        while (!_stopChurning.IsCancellationRequested)
        {
            Interlocked.Increment(ref _connections);
            using var stream = await OpenAsync(_hubs[random.Next(_hubs.Length)], All, null, gzip: random.Next(2) == 0, static (_, _) => { }, _abort.Token);
            await PauseAsync(random.Next(5_000, 30_000));
            stream.Die();
        }
    }

    private async Task<SoakStream> ConnectAsync(SoakFollower follower, string topic, Random random)
    {
        var goesOn = follower.LastId is { } id && _log.Find(id) is { } place && Updates - place.Overall < HistorySize / 2;
        if (!goesOn)
            follower.StartAnew();
        Interlocked.Increment(ref _connections);
        // To a hub that does not know an id, its bearer is new.
        var after = goesOn || random.Next(2) == 0 ? follower.LastId : $"urn:soak:unknown:{random.Next()}";
        return await OpenAsync(
            _hubs[random.Next(_hubs.Length)], topic, after, gzip: random.Next(2) == 0, (id, data) => Receive(follower, id, data), _abort.Token);
    }

    private static Task<SoakStream> OpenAsync(Uri hub, string topic, string? after, bool gzip, Action<string, string> receive, CancellationToken cancellation) =>
        SoakStream.OpenAsync(hub, topic, after, gzip, receive, cancellation).WaitAsync(Patience, CancellationToken.None);

    private static void Receive(SoakFollower follower, string id, string data)
    {
        TopicOf(data);
        follower.Receive(id);
    }

    /// <summary>Until it has enough, or is told to stop, or the hub ends the stream, which it must not.</summary>
    private static async Task ReadAsync(SoakStream stream, Func<bool> hasEnough, CancellationToken stop)
    {
        try
        {
            while (!hasEnough())
                Assert.True(await stream.ReadAsync(16 * 1024, stop), "The hub ended a stream.");
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The way it ends
        }
    }

    /// <summary>Reads on until nothing is left that was published before.</summary>
    private async Task FinishAsync(SoakStream stream, SoakFollower follower)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(_abort.Token);
        late.CancelAfter(Patience);
        await ReadAsync(stream, () => follower.HasAll, late.Token);
        Assert.True(follower.HasAll || _abort.IsCancellationRequested, $"A subscriber did not receive what comes after {follower.LastId}.");
    }

    private async Task PauseAsync(int milliseconds)
    {
        try
        {
            await Task.Delay(milliseconds, _stopChurning.Token);
        }
        catch (OperationCanceledException)
        {
            // No more pauses
        }
    }

    private static string TopicUrl(int topic) => string.Create(CultureInfo.InvariantCulture, $"https://example.com/soak/{topic}");

    /// <summary>An update says its topic and its length.</summary>
    private static int TopicOf(string data)
    {
        var parts = data.Split('|', 3);
        Assert.Equal(parts[1], data.Length.ToString(CultureInfo.InvariantCulture));
        return int.Parse(parts[0], CultureInfo.InvariantCulture);
    }
}
