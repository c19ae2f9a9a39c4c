using System.Diagnostics;
using System.Net;
using Mercure.Specs.Journals;
using Microsoft.Data.Sqlite;
using Xunit;
using Xunit.Abstractions;

namespace Mercure.Specs.Processes;

/// <summary>SIGTERM and SIGINT: streams end properly, publishes in flight are answered, the process ends in time.</summary>
public sealed class StopSpecs(ITestOutputHelper output)
{
    private const string Topic = "https://example.com/stop";
    private const int Readers = 980;
    private const int Stalled = 20;

    /// <summary>As long as Kubernetes waits before it kills; an idle machine takes less than a second.</summary>
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Timeout = Eventually.Patience;

    [Theory]
    [InlineData(Signal.Terminate)]
    [InlineData(Signal.Interrupt)]
    public async Task Should_end_a_thousand_streams_and_exit_in_time(Signal signal)
    {
        await using var setup = await HubSetup.CreateAsync(TestDatabase.Sqlite);
        await using var hub = await HubProcess.StartAsync(setup);
        using var publisher = new Publisher(setup.Hub);
        var readers = await OpenAsync(setup, Readers, read: true);
        var stalled = await OpenAsync(setup, Stalled, read: false);
        // More than the sockets of those who don't read can hold.
        for (var i = 0; i < 4; i++)
            await publisher.PublishAsync($"{Topic}/large", new string('x', 900_000));
        await publisher.PublishAsync($"{Topic}/small", "last");
        await Task.WhenAll(readers.Select(reader => reader.ReceivesAsync("last", Timeout)));

        var watch = Stopwatch.StartNew();
        hub.Send(signal);
        Assert.Equal(0, await hub.ExitAsync(StopTimeout));
        output.WriteLine($"{signal}: ended within {watch.ElapsedMilliseconds} ms");

        Assert.All(await Task.WhenAll(readers.Select(reader => reader.Ended.WaitAsync(Timeout))), end => Assert.Equal(SseEnd.Completed, end));
        await Task.WhenAll(readers.Concat(stalled).Select(client => client.DisposeAsync().AsTask()));
    }

    [Theory]
    [InlineData(Signal.Terminate)]
    [InlineData(Signal.Interrupt)]
    public async Task Should_exit_in_time_when_it_is_stopped_while_it_waits_for_its_database(Signal signal)
    {
        // Nobody listens on port 1.
        await using var setup = await HubSetup.CreateAsync(
            TestDatabase.Memory,
            ("MERCURE_JOURNAL", "postgresql"),
            ("MERCURE_JOURNAL_CONNECTION_STRING", "Host=127.0.0.1;Port=1;Username=nobody;Database=nothing"));
        await using var hub = HubProcess.Launch(setup);
        await Eventually.IsTrueAsync(() => Task.FromResult(hub.Output.Contains("Reading the log", StringComparison.Ordinal)), Timeout, () => hub.Output);

        hub.Send(signal);

        Assert.Equal(0, await hub.ExitAsync(StopTimeout));
        Assert.DoesNotContain("Unhandled exception", hub.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Signal.Terminate)]
    [InlineData(Signal.Interrupt)]
    public async Task Should_answer_the_publishes_in_flight(Signal signal)
    {
        await using var setup = await HubSetup.CreateAsync(TestDatabase.Sqlite);
        await using var hub = await HubProcess.StartAsync(setup);
        await using var file = new SqliteConnection($"Data Source={setup.File};Pooling=False");
        await file.OpenAsync();
        using var client = new HttpClient();
        client.DefaultRequestHeaders.Authorization = new("Bearer", HubSetup.PublisherToken);
        client.DefaultRequestHeaders.ExpectContinue = true;

        using var body = new SignallingContent($"topic={Topic}&data=in+flight");
        Task<HttpResponseMessage> answer;
        await using (var transaction = file.BeginTransaction(deferred: false))
        {
            answer = client.PostAsync(setup.Hub, body);
            // The hub asked for the body (100 Continue): the request is being served.
            await body.Wanted.WaitAsync(Timeout);
            hub.Send(signal);
            await Eventually.IsTrueAsync(() => ListensNoMoreAsync(setup), Timeout, () => "The listener is closed.");
        }

        using var response = await answer;
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(0, await hub.ExitAsync(StopTimeout));
    }

    private static async Task<bool> ListensNoMoreAsync(HubSetup setup)
    {
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(2) };
        try
        {
            using var response = await client.GetAsync(new Uri(setup.Address, "/"));
            return false;
        }
        catch (HttpRequestException)
        {
            return true;
        }
    }

    private static async Task<List<SseClient>> OpenAsync(HubSetup setup, int count, bool read)
    {
        var clients = new List<SseClient>();
        foreach (var some in Enumerable.Range(0, count).Chunk(50))
            clients.AddRange(await Task.WhenAll(some.Select(_ => SseClient.OpenAsync(setup.Hub, read ? $"{Topic}/small" : $"{Topic}/{{size}}", read: read))));

        return clients;
    }

    private sealed class SignallingContent : HttpContent
    {
        private readonly byte[] _form;
        private readonly TaskCompletionSource _wanted = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public SignallingContent(string form)
        {
            _form = System.Text.Encoding.ASCII.GetBytes(form);
            Headers.ContentType = new("application/x-www-form-urlencoded");
        }

        public Task Wanted => _wanted.Task;

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            _wanted.TrySetResult();
            return stream.WriteAsync(_form).AsTask();
        }

        protected override bool TryComputeLength(out long length)
        {
            length = _form.Length;
            return true;
        }
    }
}
