using Mercure.Journal;
using Mercure.Journal.Cluster;
using Mercure.Specs.Journals;
using Mercure.Specs.Processes;
using Xunit;

namespace Mercure.Specs.Clustering;

/// <summary>Leases and the node table in a real database.</summary>
public sealed class LeaseTableSpecs : IAsyncLifetime
{
    private const string Name = "hub/default/majority";

    private static readonly TimeSpan Long = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Timeout = Eventually.Patience;

    /// <summary>Every database server at hand.</summary>
    public static TheoryData<TestDatabase> Servers => new(TestJournal.ServerDatabases);

    private TestJournal? _journal;
    private JournalDatabases? _databases;

    private LeaseTable Leases => new(_databases!);

    private NodeTable Nodes => new(_databases!, "default");

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        _databases?.Dispose();
        if (_journal is not null)
            await _journal.DisposeAsync();
    }

    [Theory]
    [MemberData(nameof(Servers))]
    public async Task Should_be_given_to_one_of_many_that_ask_at_once(TestDatabase database)
    {
        await OpenAsync(database);
        var versions = await Task.WhenAll(Enumerable.Range(0, 20).Select(node => Leases.AcquireAsync(Name, $"node-{node}", Long, [])));

        Assert.Single(versions, version => version is not null);
    }

    [Theory]
    [MemberData(nameof(Servers))]
    public async Task Should_stay_with_its_owner_until_it_expires_and_then_have_another_version(TestDatabase database)
    {
        await OpenAsync(database);
        var first = await Leases.AcquireAsync(Name, "a", Short, []);
        Assert.Equal(first, await Leases.AcquireAsync(Name, "a", Short, []));
        await Eventually.IsTrueAsync(async () => await Leases.AcquireAsync(Name, "b", Long, []) is not null, Timeout, () => "an expired lease is taken.");

        Assert.False(await Leases.RenewAsync(Name, "a", first!.Value, Long));
        Assert.Null(await Leases.AcquireAsync(Name, "a", Long, []));
        Assert.True(await Leases.RenewAsync(Name, "b", first.Value + 1, Long));
    }

    [Theory]
    [MemberData(nameof(Servers))]
    public async Task Should_pass_to_a_node_on_the_same_side(TestDatabase database)
    {
        await OpenAsync(database);
        var first = await Leases.AcquireAsync(Name, "a", Long, []);

        Assert.Null(await Leases.AcquireAsync(Name, "b", Long, ["c"]));
        Assert.Equal(first + 1, await Leases.AcquireAsync(Name, "b", Long, ["a", "c"]));
        Assert.False(await Leases.RenewAsync(Name, "a", first!.Value, Long));
    }

    [Theory]
    [MemberData(nameof(Servers))]
    public async Task Should_be_free_again_when_it_is_released(TestDatabase database)
    {
        await OpenAsync(database);
        var version = await Leases.AcquireAsync(Name, "a", Long, []);
        await Leases.ReleaseAsync(Name, "a", version!.Value);

        Assert.NotNull(await Leases.AcquireAsync(Name, "b", Long, []));
    }

    [Theory]
    [MemberData(nameof(Servers))]
    public async Task Should_tell_a_node_that_was_removed(TestDatabase database)
    {
        await OpenAsync(database);
        await Nodes.EnterAsync("a", 1);
        Assert.True(await Nodes.SeenAsync("a", 1, 7));
        Assert.Equal([new NodeTable.Node("a", 1, 7)], await Nodes.MembersAsync(Long));

        await Nodes.RemoveAsync("a", 1);

        Assert.False(await Nodes.SeenAsync("a", 1, 7));
        Assert.Empty(await Nodes.MembersAsync(Long));
    }

    [Theory]
    [MemberData(nameof(Servers))]
    public async Task Should_tell_a_node_whose_cluster_has_a_successor(TestDatabase database)
    {
        await OpenAsync(database);
        await Nodes.EnterAsync("a", 1);
        await Nodes.EnterAsync("b", 1);
        Assert.True(await Nodes.SeenAsync("a", 1, 7));
        Assert.True(await Nodes.SeenAsync("b", 1, 8));

        Assert.False(await Nodes.SeenAsync("a", 1, 7));
        Assert.True(await Nodes.SeenAsync("b", 1, 8));
        Assert.Equal("b", Assert.Single(await Nodes.MembersAsync(Long)).Address);
    }

    [Theory]
    [MemberData(nameof(Servers))]
    public async Task Should_forget_a_node_that_was_not_seen_lately_and_replace_a_former_life(TestDatabase database)
    {
        await OpenAsync(database);
        await Nodes.EnterAsync("a", 1);
        Assert.True(await Nodes.SeenAsync("a", 1, 7));
        await Eventually.IsTrueAsync(async () => (await Nodes.MembersAsync(Short)).Count == 0, Timeout, () => "its row is old.");

        await Nodes.EnterAsync("a", 2);

        Assert.False(await Nodes.SeenAsync("a", 1, 7));
        Assert.True(await Nodes.SeenAsync("a", 2, 7));
    }

    private async Task OpenAsync(TestDatabase database)
    {
        _journal = await TestJournal.CreateAsync(database);
        _databases = JournalDatabases.Open(_journal.Options);
        _databases.Check();
    }
}
