using System.Buffers.Binary;
using System.Runtime.Versioning;

namespace Mercure.Journal;

/// <summary>The journal's file before it is opened: is it ours, may we write, is nobody else using it?</summary>
public static class SqliteFile
{
    // bbolt keeps its magic number after the 16 bytes of its first page's header, in the machine's byte order
    private const int BoltMagicAt = 16;
    private const uint BoltMagic = 0xED0CDAED;
    // errno, which .NET passes on
    private const int WouldBlockOnLinux = 11;
    private const int WouldBlockOnMac = 35;
    private const int ReadOnlyFileSystem = 30;
    private const int SharingViolationOnWindows = unchecked((int)0x80070020);

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Others = UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    private const int HeadLength = BoltMagicAt + sizeof(uint);

    /// <summary>Why the hub can't keep its log there, to be said after the file's name; null when it can.</summary>
    public static string? Problem(string path)
    {
        if (path.Contains('\0'))
            return "no file's name has a character U+0000; accepted: a file that is an SQLite database, or does not exist yet";
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

        FileStream? held = null;
        try
        {
            held = OpenAlone($"{Target(path)}.lock");
            foreach (var file in new[] { Target(path), SnapshotsOf(path), IndexOf(path) })
                MakePrivate(file);
            return held;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            held?.Dispose();
            throw Refusal(path, e);
        }
    }

    internal static string SnapshotsOf(string path) => $"{path}.snapshots";

    internal static string IndexOf(string path) => $"{path}.ids";

    /// <summary>What an operator can do about it: the system says only what it could not do.</summary>
    internal static JournalException Refusal(string path, Exception e) => e switch
    {
        UnauthorizedAccessException => new(
            $"No permission to use the journal's file {path} ({Reason(e)}): give it and its directory {DirectoryOf(path)}, where SQLite keeps files beside it, to the hub's user, or choose another DB_PATH.", e),
        _ when IsSharingViolation(e) => new($"The journal's file {path} can't be used ({Reason(e)}): is another hub running on it?", e),
        _ when e.HResult == ReadOnlyFileSystem => new(
            $"The journal's file {path} can't be used: the directory {DirectoryOf(path)} is read-only; mount a volume that the hub can write to, or choose another DB_PATH.", e),
        _ => new($"The journal's file {path} can't be used ({Reason(e)}): choose another DB_PATH, or mend what the system says.", e),
    };

    private static string DirectoryOf(string path) => Path.GetDirectoryName(Path.GetFullPath(path))!;

    private static string Reason(Exception e) => e.Message.TrimEnd('.');

    private static bool IsSharingViolation(Exception e) => e.HResult is WouldBlockOnLinux or WouldBlockOnMac or SharingViolationOnWindows;

    private static FileStream OpenAlone(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OwnerOnly;
        return new FileStream(path, options);
    }

    /// <summary>
    /// Updates may be private: others than the hub's user can't read the file, nor what SQLite makes beside it, which has the file's mode.
    /// A file that others can read got its mode from the umask, and loses it; one that only a group can read was given to it.
    /// </summary>
    private static void MakePrivate(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.ReadWrite | FileShare.Delete };
        if (OperatingSystem.IsWindows())
        {
            new FileStream(path, options).Dispose();
            return;
        }

        options.UnixCreateMode = OwnerOnly;
        new FileStream(path, options).Dispose();
        foreach (var file in new[] { path, $"{path}-wal", $"{path}-shm" }.Where(File.Exists))
            TakeFromOthers(file);
    }

    [UnsupportedOSPlatform("windows")]
    private static void TakeFromOthers(string file)
    {
        if ((File.GetUnixFileMode(file) & Others) == UnixFileMode.None)
            return;
        try
        {
            File.SetUnixFileMode(file, OwnerOnly);
        }
        catch (UnauthorizedAccessException)
        {
            // Its owner has let this user write, and decides who reads
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
