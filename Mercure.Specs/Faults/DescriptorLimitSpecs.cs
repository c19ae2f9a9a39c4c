using System.Diagnostics;
using Mercure.Specs.Journals;
using Mercure.Specs.Processes;
using Xunit;
using Xunit.Abstractions;

namespace Mercure.Specs.Faults;

/// <summary>
/// A connection is a file, and the process may have so many (CWE-770): beyond them nobody new is served, those who are
/// connected live on, and the hub recovers when some have left.
/// </summary>
[Collection(ProcessesCollection.Name)]
public sealed class DescriptorLimitSpecs(ITestOutputHelper output)
{
    private const string Topic = "https://example.com/crowd";

    /// <summary>For connections, beside what the hub has open.</summary>
    private const int Free = 100;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Refused = TimeSpan.FromSeconds(3);

    [Fact]
    [Trait("Category", "Long")]
    public async Task Should_serve_those_who_are_connected_when_no_descriptor_is_left()
    {
        await using var setup = await HubSetup.CreateAsync(TestDatabase.Sqlite);
        await using var hub = await HubProcess.StartAsync(setup);
        using var publisher = new Publisher(setup.Hub);
        // Everything that a delivery needs is loaded before the limit is reached, as in a hub that has run for a while.
        await using (var first = await SseClient.OpenAsync(setup.Hub, Topic).WaitAsync(Timeout))
        {
            await publisher.PublishAsync(Topic, "connected");
            await first.ReceivesAsync("connected", Timeout);
        }

        Limit(hub.Id, Directory.GetFiles($"/proc/{hub.Id}/fd").Length + Free);

        var streams = new List<SseClient>();
        while (await TryOpenAsync(setup.Hub) is { } stream)
            streams.Add(stream);
        output.WriteLine($"{streams.Count} streams, then none");
        Assert.InRange(streams.Count, Free / 2, Free);

        await publisher.PublishAsync(Topic, "to those who are here");
        foreach (var stream in streams)
            await stream.ReceivesAsync("to those who are here", Timeout);

        foreach (var stream in streams[..(streams.Count / 2)])
            await stream.DisposeAsync();
        await hub.IsHealthyAsync(Timeout);
        await using (var late = await SseClient.OpenAsync(setup.Hub, Topic).WaitAsync(Timeout))
        {
            await publisher.PublishAsync(Topic, "to all");
            await late.ReceivesAsync("to all", Timeout);
        }

        foreach (var stream in streams[(streams.Count / 2)..])
        {
            await stream.ReceivesAsync("to all", Timeout);
            await stream.DisposeAsync();
        }
    }

    /// <summary>Null when it isn't served.</summary>
    private static async Task<SseClient?> TryOpenAsync(Uri hub)
    {
        try
        {
            using var late = new CancellationTokenSource(Refused);
            return await SseClient.OpenAsync(hub, Topic, cancellation: late.Token);
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            return null;
        }
    }

    private static void Limit(int process, int descriptors)
    {
        using var prlimit = Process.Start("prlimit", ["--pid", $"{process}", $"--nofile={descriptors}:{descriptors}"]);
        prlimit.WaitForExit();
        Assert.Equal(0, prlimit.ExitCode);
    }
}
