using System.Buffers.Text;
using System.Text;

namespace Mercure.Bench.Http;

/// <summary>The few things of a response's head that decide how its body is read.</summary>
/// <param name="Status">Status code.</param>
/// <param name="Length">Content-Length, or -1 without one.</param>
/// <param name="IsChunked">Transfer-Encoding: chunked.</param>
/// <param name="IsGzip">Content-Encoding: gzip.</param>
/// <param name="Closes">Connection: close.</param>
internal readonly record struct ResponseHead(int Status, long Length, bool IsChunked, bool IsGzip, bool Closes)
{
    /// <param name="head">Status line and fields, with or without the empty line at the end.</param>
    /// <exception cref="FormatException">Not an HTTP/1.x response.</exception>
    public static ResponseHead Parse(ReadOnlySpan<byte> head)
    {
        if (!head.StartsWith("HTTP/1."u8) || head.Length < 12 || !Utf8Parser.TryParse(head.Slice(9, 3), out int status, out _))
            throw new FormatException($"Not an HTTP/1.x response: {Encoding.UTF8.GetString(head[..Math.Min(head.Length, 80)])}");

        var result = new ResponseHead(status, -1, false, false, false);
        foreach (var range in head.Split("\r\n"u8))
        {
            var line = head[range];
            var colon = line.IndexOf((byte)':');
            if (colon > 0)
                result = result.With(line[..colon], line[(colon + 1)..].Trim((byte)' '));
        }

        return result;
    }

    private ResponseHead With(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (Ascii.EqualsIgnoreCase(name, "content-length"u8))
            return Utf8Parser.TryParse(value, out long length, out _) ? this with { Length = length } : this;
        if (Ascii.EqualsIgnoreCase(name, "transfer-encoding"u8))
            return this with { IsChunked = Ascii.EqualsIgnoreCase(value, "chunked"u8) };
        if (Ascii.EqualsIgnoreCase(name, "content-encoding"u8))
            return this with { IsGzip = Ascii.EqualsIgnoreCase(value, "gzip"u8) };
        if (Ascii.EqualsIgnoreCase(name, "connection"u8))
            return this with { Closes = Ascii.EqualsIgnoreCase(value, "close"u8) };
        return this;
    }
}
