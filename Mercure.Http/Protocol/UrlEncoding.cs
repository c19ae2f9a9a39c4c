using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace Mercure.Http.Protocol;

/// <summary>
/// <c>application/x-www-form-urlencoded</c> (WHATWG URL, section 5), read strictly: a malformed escape or text that is
/// not UTF-8 is an error, where a lenient reader would store something else than the publisher meant.
/// </summary>
internal static class UrlEncoding
{
    private const int StackLimit = 512;

    private static readonly SearchValues<byte> Encoded = SearchValues.Create("%+"u8);

    /// <summary>Takes the next field off <paramref name="text"/>, both parts still encoded; false at the end.</summary>
    public static bool TryTakeField(ref ReadOnlySpan<byte> text, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        while (!text.IsEmpty)
        {
            var end = text.IndexOf((byte)'&');
            var field = end < 0 ? text : text[..end];
            text = end < 0 ? default : text[(end + 1)..];
            if (field.IsEmpty)
                continue;

            var separator = field.IndexOf((byte)'=');
            name = separator < 0 ? field : field[..separator];
            value = separator < 0 ? default : field[(separator + 1)..];
            return true;
        }

        name = value = default;
        return false;
    }

    /// <summary>Decodes to UTF-8 in an array of its own.</summary>
    public static Rejection? Decode(ReadOnlySpan<byte> encoded, out byte[] decoded)
    {
        decoded = GC.AllocateUninitializedArray<byte>(DecodedLength(encoded));
        return DecodeTo(encoded, decoded, out _);
    }

    public static Rejection? Decode(ReadOnlySpan<byte> encoded, out string decoded)
    {
        byte[]? rented = null;
        var buffer = encoded.Length <= StackLimit
            ? stackalloc byte[StackLimit]
            : rented = ArrayPool<byte>.Shared.Rent(encoded.Length);
        var rejection = DecodeTo(encoded, buffer, out var length);
        decoded = rejection is null ? Encoding.UTF8.GetString(buffer[..length]) : "";
        if (rented is not null)
            ArrayPool<byte>.Shared.Return(rented);
        return rejection;
    }

    /// <summary>Checks what nobody will read.</summary>
    public static Rejection? Check(ReadOnlySpan<byte> encoded) =>
        encoded.IndexOfAny(Encoded) < 0
            ? Utf8.IsValid(encoded) ? null : Rejections.NotUtf8
            : Decode(encoded, out string _);

    /// <summary>Bytes it decodes to, if its escapes are well formed; at least 0 whatever it holds.</summary>
    public static int DecodedLength(ReadOnlySpan<byte> encoded) =>
        Math.Max(0, encoded.Length - (2 * encoded.Count((byte)'%')));

    private static Rejection? DecodeTo(ReadOnlySpan<byte> encoded, Span<byte> destination, out int length)
    {
        length = 0;
        while (true)
        {
            var special = encoded.IndexOfAny(Encoded);
            var literal = special < 0 ? encoded : encoded[..special];
            if (literal.Length > destination.Length - length)
                return Rejections.EscapeMalformed;
            literal.CopyTo(destination[length..]);
            length += literal.Length;
            if (special < 0)
                return Utf8.IsValid(destination[..length]) ? null : Rejections.NotUtf8;

            var escaped = encoded[special] == '%';
            var taken = escaped ? 3 : 1;
            // An exact buffer is too small only where the escapes are malformed: "%%%" counts for less than nothing
            if (encoded.Length < special + taken || length == destination.Length)
                return Rejections.EscapeMalformed;
            if (!escaped)
                destination[length++] = (byte)' ';
            else if (TryHex(encoded[special + 1], encoded[special + 2], out destination[length]))
                length++;
            else
                return Rejections.EscapeMalformed;
            encoded = encoded[(special + taken)..];
        }
    }

    private static bool TryHex(byte high, byte low, out byte value)
    {
        var isHex = char.IsAsciiHexDigit((char)high) && char.IsAsciiHexDigit((char)low);
        value = isHex ? (byte)((Digit(high) << 4) | Digit(low)) : default;
        return isHex;
    }

    private static int Digit(byte hex) => hex <= '9' ? hex - '0' : (hex | 0x20) - 'a' + 10;
}
