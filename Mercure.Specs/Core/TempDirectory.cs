using Mercure.Journal;

namespace Mercure.Specs.Core;

/// <summary>A directory for a journal's files, deleted at the end.</summary>
internal sealed class TempDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("mercure-").FullName;

    public JournalOptions Sqlite => new() { Kind = JournalKind.Sqlite, Path = System.IO.Path.Combine(Path, "updates.db") };

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
