namespace Mercure.Journal;

/// <summary>The journal's file before it is opened: is it ours, may we write, is nobody else using it?</summary>
internal static class SqliteFile
{
    /// <summary>Where a bbolt file has its magic number, behind the header of its first page.</summary>
    private const int BoltMagicOffset = 16;

    private static readonly byte[] SqliteMagic = "SQLite format 3\0"u8.ToArray();
    private static readonly byte[] BoltMagic = [0xED, 0xDA, 0x0C, 0xED];

    /// <summary>Checks the file and keeps other hubs from it until the result is disposed.</summary>
    /// <exception cref="JournalException">It can't be used; it is left as it was.</exception>
    public static IDisposable Hold(string path)
    {
        try
        {
            var directory = Path.GetDirectoryName(Path.GetFullPath(path));
            if (!Directory.Exists(directory))
                throw new JournalException($"The journal's directory {directory} does not exist: create it, or choose another DB_PATH.");

            CheckKind(path);
            return new FileStream($"{path}.lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new JournalException($"No permission to use the journal's file {path}: give it to the hub's user, or choose another DB_PATH.", e);
        }
        catch (IOException e) when (e is not FileNotFoundException)
        {
            throw new JournalException($"The journal's file {path} can't be used ({e.Message.TrimEnd('.')}): is another hub running on it?", e);
        }
    }

    private static void CheckKind(string path)
    {
        if (!File.Exists(path))
            return;

        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        var head = new byte[BoltMagicOffset + BoltMagic.Length];
        var length = file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        if (length == 0 || head.AsSpan().StartsWith(SqliteMagic))
            return;

        throw head.AsSpan(BoltMagicOffset).SequenceEqual(BoltMagic)
            ? new JournalException($"{path} is a bbolt database, of the Go hub; this hub keeps its journal in SQLite and leaves that file alone: choose another DB_PATH.")
            : new JournalException($"{path} is no SQLite database and is left alone: choose another DB_PATH.");
    }
}
