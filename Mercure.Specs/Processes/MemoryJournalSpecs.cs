using Mercure.Specs.Journals;
using Xunit;

namespace Mercure.Specs.Processes;

/// <summary><c>MERCURE_JOURNAL=memory</c>: the same hub, without a file, empty after a restart.</summary>
public sealed class MemoryJournalSpecs
{
    private const string Topic = "https://example.com/memory";

    private static readonly TimeSpan Timeout = Eventually.Patience;

    [Fact]
    public async Task Should_replay_under_load_and_leave_no_file()
    {
        await using var setup = await HubSetup.CreateAsync(TestDatabase.Memory);
        await using var hub = await HubProcess.StartAsync(setup);
        await using var run = new LoadRun(setup);
        await run.BeginAsync();
        await run.MoreAsync(3000);
        await run.CheckAsync();

        Assert.Empty(Directory.GetFileSystemEntries(setup.Directory));
        Assert.Equal(0, run.Unknown);
    }

    [Fact]
    public async Task Should_be_empty_after_a_restart()
    {
        await using var setup = await HubSetup.CreateAsync(TestDatabase.Memory);
        using var publisher = new Publisher(setup.Hub);
        string generated;
        await using (var hub = await HubProcess.StartAsync(setup))
        {
            generated = await publisher.PublishAsync(Topic, "gone");
            await publisher.PublishAsync(Topic, "gone", "urn:gone");
            await hub.KillAsync();
        }

        await using (await HubProcess.StartAsync(setup))
        {
            await using var first = await SseClient.OpenAsync(setup.Hub, Topic, generated);
            await using var second = await SseClient.OpenAsync(setup.Hub, Topic, "urn:gone");
            await publisher.PublishAsync(Topic, "new");
            await first.ReceivesAsync("new", Timeout);
            await second.ReceivesAsync("new", Timeout);
            Assert.Single(first.Events);
            Assert.Single(second.Events);
        }
    }
}
