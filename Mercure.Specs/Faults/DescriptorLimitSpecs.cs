using Mercure.Http.Hosting;
using Mercure.Specs.Journals;
using Mercure.Specs.Processes;
using Xunit;

namespace Mercure.Specs.Faults;

/// <summary>
/// A connection is an open file, and the process may have so many (CWE-770): some are kept for the journal, nobody new is
/// served beyond the rest, those who are connected live on, and when some have left others are served.
/// </summary>
public sealed class DescriptorLimitSpecs
{
    private const string Topic = "https://example.com/crowd";

    private const int Files = 1_000;

    private const int Connections = 500;

    private static readonly TimeSpan Timeout = Eventually.Patience;

    [Theory]
    [InlineData("Max open files            20000                20000                files     ", 19_488)]
    [InlineData("Max open files            1000                 1048576              files     ", 500)]
    [InlineData("Max open files            unlimited            unlimited            files     ", null)]
    [InlineData("Max processes             63706                63706                processes ", null)]
    public void Should_keep_files_for_everything_else(string limits, int? connections) =>
        Assert.Equal(connections, OpenFiles.Connections([limits]));

    [Fact]
    public async Task Should_serve_those_who_are_connected_when_there_may_be_no_more_connections()
    {
        await using var setup = new HubSetup(await TestJournal.CreateAsync(TestDatabase.Sqlite)) { OpenFiles = Files };
        await using var hub = await HubProcess.StartAsync(setup);
        using var publisher = new Publisher(setup.Hub);
        await publisher.PublishAsync(Topic, "first");

        var streams = new List<SseClient>();
        while (await TryOpenAsync(setup.Hub) is { } stream)
            streams.Add(stream);
        // The publisher's is one of them, and the start's look at its health may be another for a while.
        Assert.InRange(streams.Count, Connections - 2, Connections - 1);

        await publisher.PublishAsync(Topic, "to those who are here");
        foreach (var stream in streams)
            await stream.ReceivesAsync("to those who are here", Timeout);

        foreach (var stream in streams[..(Connections / 2)])
            await stream.DisposeAsync();
        await hub.IsHealthyAsync(Timeout);
        await using (var late = await SseClient.OpenAsync(setup.Hub, Topic).WaitAsync(Timeout))
        {
            await publisher.PublishAsync(Topic, "to all");
            await late.ReceivesAsync("to all", Timeout);
        }

        foreach (var stream in streams[(Connections / 2)..])
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
            return await SseClient.OpenAsync(hub, Topic).WaitAsync(Timeout);
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }
}
