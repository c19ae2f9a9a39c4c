using System.Text.RegularExpressions;
using Mercure.Specs.Processes;
using Mercure.Specs.Settings;
using Xunit;

namespace Mercure.Specs.Journals;

/// <summary>
/// Tables that an administrator made from <c>docs/sql</c>, and an account with the rights that <c>docs/journals.md</c> grants:
/// what is documented is what is run here.
/// </summary>
public sealed partial class AccountSpecs
{
    private const string Topic = "https://example.com/account";

    private static readonly TimeSpan Timeout = Eventually.Patience;

    public static TheoryData<TestDatabase> Servers => new(TestJournal.ServerDatabases);

    public static TheoryData<TestDatabase> Databases => TestJournal.Durable;

    [ServerTheory]
    [MemberData(nameof(Servers))]
    public async Task Should_run_with_the_documented_tables_and_rights(TestDatabase database)
    {
        await using var journal = await TestJournal.CreateAsync(database);
        await journal.ExecuteAsync(Script(database));
        await using var account = await Account.CreateAsync(journal);
        await using var setup = new HubSetup(account.Journal);
        using var publisher = new Publisher(setup.Hub);
        for (var life = 0; life < 2; life++)
        {
            await using var hub = await HubProcess.StartAsync(setup);
            await publisher.PublishAsync(Topic, $"first of {life}", $"urn:own:{life}");
            await publisher.PublishAsync(Topic, $"second of {life}");
            var history = await SseClient.ReplayAsync(setup.Hub, Topic, $"urn:own:{life}", $"second of {life}", Timeout);
            Assert.Single(history);
        }
    }

    [ServerTheory]
    [MemberData(nameof(Servers))]
    public async Task Should_name_the_script_when_the_tables_are_missing_and_may_not_be_created(TestDatabase database)
    {
        await using var journal = await TestJournal.CreateAsync(database);
        await using var account = await Account.CreateAsync(journal);
        await using var setup = new HubSetup(account.Journal);

        var refusal = await HubProcess.RefusalAsync(setup, Timeout);

        Assert.Contains($"create the tables with docs/sql/{FileOf(database)}", refusal, StringComparison.Ordinal);
        Assert.DoesNotContain(Account.Password, refusal, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Databases))]
    public async Task Should_refuse_a_journal_without_the_key_that_fences_writers(TestDatabase database)
    {
        var journal = await TestJournal.CreateAsync(database);
        await journal.ExecuteAsync(UniqueKey().Replace(Script(database), ""));
        await using var setup = new HubSetup(journal);

        Assert.Contains("no unique key", await HubProcess.RefusalAsync(setup, Timeout), StringComparison.Ordinal);
    }

    [Fact]
    public void Should_have_the_same_tables_in_every_server_and_in_sqlite_all_but_those_of_clusters()
    {
        var servers = Enum.GetValues<TestDatabase>().Where(database => database is not (TestDatabase.Memory or TestDatabase.Sqlite)).Select(FileOf).Append("sqlserver.sql")
            .Select(Tables).Distinct(StringComparer.Ordinal);

        Assert.Equal($"{Tables(FileOf(TestDatabase.Sqlite))} mercure_leases mercure_cluster_nodes", Assert.Single(servers));
    }

    private static string Tables(string file) => string.Join(' ', TableName().Matches(Read($"sql/{file}")).Select(match => match.Value));

    private static string FileOf(TestDatabase database) => $"{database}.sql".ToLowerInvariant();

    private static string Script(TestDatabase database) => Read($"sql/{FileOf(database)}");

    private static string Read(string file) => File.ReadAllText(Path.Combine(Repository.Root, "docs", file));

    [GeneratedRegex(@",\s*CONSTRAINT journal_uq UNIQUE \(persistence_id, sequence_number\)", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex UniqueKey();

    [GeneratedRegex(@"(?<=^CREATE TABLE )\w+", RegexOptions.Multiline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex TableName();

    /// <summary>A user whom the statements of the database's section in <c>docs/journals.md</c> make.</summary>
    private sealed partial class Account(TestJournal owner, string name) : IAsyncDisposable
    {
        public const string Password = "a secret of yours";

        public TestJournal Journal => owner.As(name, Password);

        public static async Task<Account> CreateAsync(TestJournal journal)
        {
            // In the page both the database and its user are called mercure.
            var name = journal.Database!;
            var section = Section().Matches(Read("journals.md")).Single(match => match.Groups["kind"].Value.Equals($"{journal.Kind}", StringComparison.OrdinalIgnoreCase));
            await journal.ExecuteAsync(Name().Replace(section.Groups["sql"].Value, name));
            return new Account(journal, name);
        }

        public async ValueTask DisposeAsync() =>
            await owner.ExecuteAsync(owner.Kind == TestDatabase.PostgreSql ? $"DROP OWNED BY {name}; DROP ROLE {name}" : $"DROP USER {name}@'%'");

        [GeneratedRegex(@"MERCURE_JOURNAL=(?<kind>\w+).*?```sql\n(?<sql>.*?)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
        private static partial Regex Section();

        [GeneratedRegex(@"\bmercure\b", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
        private static partial Regex Name();
    }
}

/// <summary>Skipped where no server is named.</summary>
internal sealed class ServerTheoryAttribute : TheoryAttribute
{
    public ServerTheoryAttribute() => Skip = Needs.AnyServer;
}
