using System.Buffers.Binary;

namespace Mercure.Http.Settings;

/// <summary>Looks at the file at <c>DB_PATH</c> before anything opens it, so that somebody else's data is left alone.</summary>
internal static class DatabaseFile
{
    // bbolt keeps its magic number after the 16 bytes of its first page's header, in the machine's byte order
    private const int BoltMagicAt = 16;
    private const uint BoltMagic = 0xED0CDAED;
    private const int HeadLength = BoltMagicAt + sizeof(uint);

    /// <summary>Why the hub can't keep its log there; null when it can.</summary>
    public static string? Problem(string path)
    {
        if (Directory.Exists(path))
            return "it is a directory; accepted: a file that is an SQLite database, or does not exist yet";
        var directory = Path.GetDirectoryName(Path.GetFullPath(path));
        if (!Directory.Exists(directory))
            return $"the directory {directory} does not exist";
        return File.Exists(path) ? ProblemOfFile(path) : null;
    }

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
            return $"it can't be read ({e.Message})";
        }

        if (length == 0 || head[..length].StartsWith("SQLite format 3\0"u8))
            return null;
        var magic = length == HeadLength ? BinaryPrimitives.ReadUInt32LittleEndian(head[BoltMagicAt..]) : 0;
        return magic == BoltMagic || BinaryPrimitives.ReverseEndianness(magic) == BoltMagic
            ? "it is a bbolt database of the reference hub, which this hub does not read and leaves as it is; name another file"
            : "it is not an SQLite database and is left as it is; name another file";
    }
}
