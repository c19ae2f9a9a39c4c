using System.Buffers;
using System.Text;

namespace Mercure.Http.Settings;

/// <summary>A file that holds one secret, as Docker and Kubernetes mount them.</summary>
internal static class SecretFile
{
    /// <summary>Far above any secret.</summary>
    private const int MaxSize = 1 << 20;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The content, without the line ends that editors and <c>echo</c> add.</summary>
    /// <exception cref="IOException">It can't be read; the message says why in a few words.</exception>
    public static string Read(string path) => Text(ReadBytes(path));

    /// <exception cref="IOException">It can't be read; the message says why in a few words.</exception>
    public static byte[] ReadBytes(string path) => ReadBytes(path, out _);

    /// <param name="path">Of the file.</param>
    /// <param name="canChange">False for a pipe, such as a shell's <c>&lt;(…)</c>: it can be read once.</param>
    /// <exception cref="IOException">It can't be read; the message says why in a few words.</exception>
    public static byte[] ReadBytes(string path, out bool canChange)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            canChange = stream.CanSeek;
            return ReadBytes(stream);
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new IOException("there is no such file", failure);
        }
        catch (UnauthorizedAccessException failure)
        {
            throw new IOException(Directory.Exists(path) ? "it is a directory" : "the hub's user has no permission to read it", failure);
        }
        catch (Exception failure) when (failure is ArgumentException or NotSupportedException)
        {
            throw new IOException("this is no path of a file", failure);
        }
    }

    /// <exception cref="IOException">It is not text.</exception>
    public static string Text(byte[] bytes)
    {
        try
        {
            using var reader = new StreamReader(new MemoryStream(bytes), Strict, detectEncodingFromByteOrderMarks: true);
            return reader.ReadToEnd().TrimEnd('\r', '\n');
        }
        catch (DecoderFallbackException failure)
        {
            throw new IOException("it is not text in UTF-8", failure);
        }
    }

    private static byte[] ReadBytes(FileStream stream)
    {
        var content = new ArrayBufferWriter<byte>();
        while (stream.Read(content.GetSpan(4096)) is > 0 and var read)
        {
            content.Advance(read);
            if (content.WrittenCount > MaxSize)
                throw new IOException("it is larger than 1 MiB");
        }

        return content.WrittenSpan.ToArray();
    }
}
