using System.Buffers;
using System.Text;
using Microsoft.AspNetCore.Http.Features;

namespace Mercure.Http.Hosting.Server;

/// <summary>Percent-encodes what isn't ASCII in a request's target (RFC 3986, 2.1); what is encoded already stays as it is.</summary>
internal static class TargetEncoding
{
    private static ReadOnlySpan<byte> Digits => "0123456789ABCDEF"u8;

    /// <summary>The request line at the beginning of what was received, up to its line end; empty when there is no whole one, or only ASCII.</summary>
    public static ReadOnlySequence<byte> LineOf(in ReadOnlySequence<byte> received, int longest)
    {
        // RFC 9112, 2.2: empty lines before it are skipped
        var first = received.FirstSpan.TrimStart("\r\n"u8);
        var end = first.IndexOf((byte)'\n');
        if (end >= 0 ? Ascii.IsValid(first[..end]) : received.IsSingleSegment)
            return default;

        var reader = new SequenceReader<byte>(received);
        reader.AdvancePastAny((byte)'\r', (byte)'\n');
        return reader.TryAdvanceTo((byte)'\n') && reader.Consumed <= longest ? received.Slice(0, reader.Position) : default;
    }

    /// <summary>The line with its target encoded; null when there is nothing to encode.</summary>
    public static byte[]? Encode(in ReadOnlySequence<byte> line)
    {
        var bytes = line.ToArray();
        var start = bytes.AsSpan().IndexOf((byte)' ') + 1;
        var end = bytes.AsSpan().LastIndexOf((byte)' ');
        if (end <= start || Ascii.IsValid(bytes.AsSpan(start..end)))
            return null;

        var encoded = new ArrayBufferWriter<byte>(bytes.Length * 3);
        encoded.Write(bytes.AsSpan(..start));
        foreach (var value in bytes.AsSpan(start..end))
            encoded.Write(Ascii.IsValid(value) ? [value] : [(byte)'%', Digits[value >> 4], Digits[value & 15]]);
        encoded.Write(bytes.AsSpan(end..));
        return encoded.WrittenSpan.ToArray();
    }

    /// <summary>The same for HTTP/2, whose path is a header: Kestrel has read its bytes as Latin-1, and put the path right, but not the query.</summary>
    public static void Apply(HttpContext context)
    {
        if (context.Request.QueryString.Value is not { } query || Ascii.IsValid(query))
            return;

        context.Request.QueryString = new QueryString(Encode(query));
        var request = context.Features.GetRequiredFeature<IHttpRequestFeature>();
        request.RawTarget = Encode(request.RawTarget);
    }

    private static string Encode(string target) =>
        string.Concat(target.Select(static c => Ascii.IsValid(c) ? c.ToString() : $"%{(int)c:X2}"));
}
