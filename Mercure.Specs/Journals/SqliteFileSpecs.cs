using System.Runtime.Versioning;
using Mercure.Journal;
using Xunit;

namespace Mercure.Specs.Journals;

/// <summary>The SQLite files: who may read them, and which names they may have.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class SqliteFileSpecs
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode ForAll = OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode ForGroup = OwnerOnly | UnixFileMode.GroupRead;

    [Theory]
    [InlineData("updates.db")]
    [InlineData("a;Mode=Memory;Password=x.db")]
    [InlineData(":memory:")]
    [InlineData("file:updates.db?mode=memory&cache=shared")]
    [InlineData("'it''s' \"quoted\".db")]
    public async Task Should_keep_the_log_in_the_file_of_that_name_for_its_user_alone(string name)
    {
        await using var journal = TestJournal.Sqlite();
        var path = Path.Combine(journal.Directory, name);
        var directory = File.GetUnixFileMode(journal.Directory);

        using (var databases = JournalDatabases.Open(new JournalOptions { Kind = JournalKind.Sqlite, Path = Relative(path) }))
            databases.Check();

        var files = Directory.GetFiles(journal.Directory);
        Assert.Superset(new[] { path, $"{path}.snapshots", $"{path}.ids", $"{path}.lock" }.ToHashSet(), files.ToHashSet());
        Assert.All(files, file => Assert.StartsWith(path, file, StringComparison.Ordinal));
        Assert.All(files, file => Assert.Equal(OwnerOnly, File.GetUnixFileMode(file)));
        Assert.Equal(directory, File.GetUnixFileMode(journal.Directory));
    }

    /// <summary>Earlier versions left it to the umask; what a group was given stays.</summary>
    [Theory]
    [InlineData(ForAll, OwnerOnly)]
    [InlineData(ForGroup, ForGroup)]
    public async Task Should_take_a_file_of_earlier_versions_from_strangers(UnixFileMode before, UnixFileMode after)
    {
        await using var journal = TestJournal.Sqlite();
        string[] files = [journal.File, $"{journal.File}-wal", $"{journal.File}.ids"];
        foreach (var file in files)
        {
            File.Create(file).Dispose();
            File.SetUnixFileMode(file, before);
        }

        using var databases = JournalDatabases.Open(journal.Options);

        Assert.All(files, file => Assert.Equal(after, File.GetUnixFileMode(file)));
    }

    [Fact]
    public async Task Should_make_the_file_that_a_link_leads_to_private()
    {
        await using var journal = TestJournal.Sqlite();
        var link = Path.Combine(journal.Directory, "link.db");
        File.Create(journal.File).Dispose();
        File.SetUnixFileMode(journal.File, ForAll);
        File.CreateSymbolicLink(link, journal.File);

        using var databases = JournalDatabases.Open(new JournalOptions { Kind = JournalKind.Sqlite, Path = link });

        Assert.Equal(OwnerOnly, File.GetUnixFileMode(journal.File));
    }

    // errno of a read-only file system, of a full one, and of a lock that another process has
    [Theory]
    [InlineData(30, "the directory /data is read-only; mount a volume", false)]
    [InlineData(28, "choose another DB_PATH, or mend what the system says", false)]
    [InlineData(11, "is another hub running on it?", true)]
    public void Should_ask_for_another_hub_only_where_there_may_be_one(int error, string cure, bool asks)
    {
        var line = SqliteFile.Refusal("/data/updates.db", new IOException("Text of the system", error)).Message;

        Assert.Contains(cure, line, StringComparison.Ordinal);
        Assert.Equal(asks, line.Contains("another hub", StringComparison.Ordinal));
    }

    [Fact]
    public void Should_name_the_directory_where_a_permission_is_missing() =>
        Assert.Contains("its directory /data,", SqliteFile.Refusal("/data/updates.db", new UnauthorizedAccessException("Denied.")).Message, StringComparison.Ordinal);

    [Fact]
    public void Should_say_that_no_file_has_such_a_name() => Assert.Contains("U+0000", SqliteFile.Problem("a\0b"), StringComparison.Ordinal);

    /// <summary>As it is when the current directory holds it: that is where ":memory:" would be none.</summary>
    private static string Relative(string path) => Path.GetRelativePath(Environment.CurrentDirectory, path);
}
