using System.Buffers.Text;
using System.Text;
using Mercure.Actors.Updates;

namespace Mercure.Http.Streams;

/// <summary>
/// An update as an event of <c>text/event-stream</c> (WHATWG HTML, 9.2): <c>event</c>, <c>retry</c>, <c>id</c>, and one
/// <c>data</c> line a line of data. CR, LF and CRLF all end a line there, so each of them ends one here: data that ends
/// with a line break has an empty last line, and a reader puts the same lines together again, with LF between them.
/// </summary>
internal static class EventText
{
    /// <summary>A comment, which readers ignore. Its empty line keeps simple clients, which split at empty lines, from adding it to the next event.</summary>
    public static ReadOnlySpan<byte> Comment => ":\n\n"u8;

    private const int LongestRetry = 20;

    /// <summary>The whole event, with the empty line that dispatches it.</summary>
    public static byte[] Of(StoredUpdate stored)
    {
        var update = stored.Update;
        var data = update.Data.GetValueOrDefault().Span;
        Span<byte> retry = stackalloc byte[LongestRetry];
        Utf8Formatter.TryFormat(update.Retry, retry, out var retryLength);
        retry = update.Retry == 0 ? [] : retry[..retryLength];

        var writer = new Writer(Length(stored, retry.Length, data));
        if (!string.IsNullOrEmpty(update.Type))
            writer.Field("event: "u8, update.Type);
        if (!retry.IsEmpty)
            writer.Field("retry: "u8, retry);
        writer.Field("id: "u8, stored.Id);
        writer.Data(data);
        return writer.Finish();
    }

    private static int Length(StoredUpdate stored, int retryLength, ReadOnlySpan<byte> data)
    {
        var type = stored.Update.Type;
        var length = "id: \n\n".Length + Encoding.UTF8.GetByteCount(stored.Id);
        if (!string.IsNullOrEmpty(type))
            length += "event: \n".Length + Encoding.UTF8.GetByteCount(type);
        if (retryLength > 0)
            length += "retry: \n".Length + retryLength;

        var more = true;
        while (more)
        {
            length += "data: \n".Length + TakeLine(ref data, out more).Length;
        }

        return length;
    }

    /// <summary>Takes one line off; there is more when a line break followed it, even if nothing follows that.</summary>
    private static ReadOnlySpan<byte> TakeLine(ref ReadOnlySpan<byte> data, out bool more)
    {
        var end = data.IndexOfAny((byte)'\r', (byte)'\n');
        more = end >= 0;
        if (!more)
            return data;

        var line = data[..end];
        var isCrLf = data[end] == '\r' && end + 1 < data.Length && data[end + 1] == '\n';
        data = data[(end + (isCrLf ? 2 : 1))..];
        return line;
    }

    private ref struct Writer(int length)
    {
        private readonly byte[] _text = GC.AllocateUninitializedArray<byte>(length);
        private int _length;

        public void Field(scoped ReadOnlySpan<byte> name, string value)
        {
            Write(name);
            _length += Encoding.UTF8.GetBytes(value, _text.AsSpan(_length));
            Write("\n"u8);
        }

        public void Field(scoped ReadOnlySpan<byte> name, scoped ReadOnlySpan<byte> value)
        {
            Write(name);
            Write(value);
            Write("\n"u8);
        }

        public void Data(ReadOnlySpan<byte> data)
        {
            var more = true;
            while (more)
            {
                Field("data: "u8, TakeLine(ref data, out more));
            }
        }

        public byte[] Finish()
        {
            Write("\n"u8);
            return _length == _text.Length ? _text : throw new InvalidOperationException("The length of an event was misjudged.");
        }

        private void Write(scoped ReadOnlySpan<byte> bytes)
        {
            bytes.CopyTo(_text.AsSpan(_length));
            _length += bytes.Length;
        }
    }
}
