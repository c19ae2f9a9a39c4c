using Mercure.Bench.Floor;
using Mercure.Bench.Http;
using Mercure.Bench.Load;
using Mercure.Bench.Reports;
using Mercure.Specs.Processes;
using Xunit;

namespace Mercure.Specs.Bench;

/// <summary>The load tester against a real hub: every scenario runs, is measured, and finds nothing wrong.</summary>
public sealed class ScenarioSpecs(SharedHub hub) : IClassFixture<SharedHub>
{
    [Theory]
    [InlineData("https://bench.invalid/bystander/#")]
    [InlineData("https://bench.invalid/bystander/#/{id}")]
    [InlineData("https://bench.invalid/{id}/#")]
    public async Task Should_measure_updates_that_match_nobody(string topic)
    {
        var result = await RunAsync(Settings() with { Bystanders = 50, BystanderTopic = topic, Publishers = 4 });

        Assert.False(result.HasFaults);
        Assert.NotNull(result[RunResult.CpuPerPublish]);
        Assert.NotNull(result["server_bytes_per_subscriber"]);
    }

    [Fact]
    public async Task Should_find_a_bystander_that_receives_something()
    {
        // Matches what is published; nobody waits for a bystander, so that it needs a while to receive something
        var result = await RunAsync(Settings() with
        {
            Bystanders = 1,
            BystanderTopic = "https://bench.invalid/{run}/{topic}",
            Publishers = 1,
            Duration = TimeSpan.FromSeconds(3),
        });

        Assert.True(result.HasFaults);
        Assert.NotEqual(0, result["malformed"]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Should_hold_some_back_and_see_that_they_get_everything(bool gzip)
    {
        var result = await RunAsync(Settings() with { Subscribers = 5, Stalled = 2, Publishers = 8, Payload = 4000, Gzip = gzip });

        Assert.False(result.HasFaults);
        Assert.NotNull(result["caught_up_s"]);
    }

    [Fact]
    public async Task Should_send_all_away_and_see_that_they_come_back_to_everything()
    {
        var result = await RunAsync(Settings() with { Subscribers = 20, Topics = 4, Publishers = 4, Missed = 500, OwnIds = true });

        Assert.False(result.HasFaults);
        Assert.NotNull(result["caught_up_s"]);
    }

    /// <summary>The floor has no history: whoever comes back to it misses everything.</summary>
    [Fact]
    public async Task Should_find_what_those_who_come_back_have_missed()
    {
        await using var floor = await FloorHost.StartAsync();

        var result = await RunAsync(Settings() with { Url = floor.Url, Subscribers = 3, Missed = 10, Drain = TimeSpan.FromSeconds(2), Pids = [] });

        Assert.True(result.HasFaults);
        Assert.Equal(30, result["lost"]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Should_measure_what_a_history_costs(bool ownIds)
    {
        var settings = Settings() with { Count = 3_000, Subscribers = 1, Publishers = 8, OwnIds = ownIds };
        var address = await HubAddress.ResolveAsync(settings.Url, insecure: false, CancellationToken.None);

        var result = await new ReplayScenario(settings, address, "hub", TextWriter.Null).RunAsync(CancellationToken.None);

        Assert.False(result.HasFaults);
        foreach (var key in new[] { "replay_updates_per_second", "tail_first_event_p50_ms", "known_id_cpu_us", "unknown_id_cpu_us", "unknown_own_id_first_byte_p50_ms" })
            Assert.NotNull(result[key]);
    }

    private RunSettings Settings() => new()
    {
        Url = hub.Setup.Hub,
        PublisherToken = HubSetup.PublisherToken,
        Warmup = TimeSpan.FromMilliseconds(200),
        Duration = TimeSpan.FromMilliseconds(500),
        Drain = Eventually.Patience,
        Pids = [hub.Process.Id],
    };

    private static async Task<RunResult> RunAsync(RunSettings settings)
    {
        var address = await HubAddress.ResolveAsync(settings.Url, insecure: false, CancellationToken.None);
        await using var scenario = new Scenario(settings, address, "hub", TextWriter.Null);
        return await scenario.RunAsync(CancellationToken.None);
    }

    /// <summary>In this process: its CPU is nobody's concern here.</summary>
    private sealed class FloorHost : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private Task _serving = Task.CompletedTask;

        public Uri Url { get; private set; } = null!;

        public static async Task<FloorHost> StartAsync()
        {
            var floor = new FloorHost();
            var port = new PortWriter();
            floor._serving = FloorServer.ServeAsync(0, port, floor._stop.Token);
            floor.Url = new Uri($"http://127.0.0.1:{await port.Written.Task.WaitAsync(Eventually.Patience)}/hub");
            return floor;
        }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _serving);
            _stop.Dispose();
        }

        private sealed class PortWriter : StringWriter
        {
            public TaskCompletionSource<string> Written { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

            public override Task WriteLineAsync(string? value)
            {
                Written.TrySetResult(value!);
                return Task.CompletedTask;
            }
        }
    }
}
