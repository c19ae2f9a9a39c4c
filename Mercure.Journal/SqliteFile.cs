using System.Buffers.Binary;

namespace Mercure.Journal;

/// <summary>The journal's file before it is opened: is it ours, may we write, is nobody else using it?</summary>
public static class SqliteFile
{
    // bbolt keeps its magic number after the 16 bytes of its first page's header, in the machine's byte order
    private const int BoltMagicAt = 16;
    private const uint BoltMagic = 0xED0CDAED;
    private const int HeadLength = BoltMagicAt + sizeof(uint);

    /// <summary>Why the hub can't keep its log there, to be said after the file's name; null when it can.</summary>
    public static string? Problem(string path)
    {
        if (Directory.Exists(path))
            return "it is a directory; accepted: a file that is an SQLite database, or does not exist yet";
        var directory = Path.GetDirectoryName(Path.GetFullPath(path));
        if (!Directory.Exists(directory))
            return $"the directory {directory} does not exist; accepted: a file in a directory that is there";
        return File.Exists(path) ? ProblemOfFile(path) : null;
    }

    /// <summary>Checks the file and keeps other hubs from it until the result is disposed.</summary>
    /// <exception cref="JournalException">It can't be used; it is left as it was.</exception>
    internal static IDisposable Hold(string path)
    {
        if (Problem(path) is { } problem)
            throw new JournalException($"The journal can't be kept in {path}: {problem}.");

        try
        {
            if (File.Exists(path))
                new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite).Dispose();

            return new FileStream($"{Target(path)}.lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new JournalException($"No permission to use the journal's file {path}: give it to the hub's user, or choose another DB_PATH.", e);
        }
        catch (IOException e)
        {
            throw new JournalException($"The journal's file {path} can't be used ({e.Message.TrimEnd('.')}): is another hub running on it?", e);
        }
    }

    /// <summary>SQLite opens what a link leads to, so that is what one hub holds.</summary>
    private static string Target(string path) =>
        new FileInfo(path).LinkTarget is null ? path : File.ResolveLinkTarget(path, returnFinalTarget: true)!.FullName;

    private static string? ProblemOfFile(string path)
    {
        Span<byte> head = stackalloc byte[HeadLength];
        int length;
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            length = file.ReadAtLeast(head, HeadLength, throwOnEndOfStream: false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"it can't be read ({e.Message}); accepted: a file that the hub's user may read and write";
        }

        if (length == 0 || head[..length].StartsWith("SQLite format 3\0"u8))
            return null;
        var magic = length == HeadLength ? BinaryPrimitives.ReadUInt32LittleEndian(head[BoltMagicAt..]) : 0;
        return magic == BoltMagic || BinaryPrimitives.ReverseEndianness(magic) == BoltMagic
            ? "it is a bbolt database of the reference hub, which this hub does not read and leaves as it is; name another file"
            : "it is not an SQLite database and is left as it is; name another file";
    }
}
