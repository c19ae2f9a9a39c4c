using System.Buffers;
using System.Text;

namespace Mercure.Actors.Matching;

/// <summary>The character classes of RFC 3986, RFC 3987 and RFC 6570 (section 1.5), on positions of a text.</summary>
internal static class UriCharacters
{
    private const byte Unreserved = 1;
    private const byte Reserved = 2;

    private static readonly byte[] Classes = Classify();
    private static readonly SearchValues<char> Simple = Copied(allowReserved: false);
    private static readonly SearchValues<char> Any = Copied(allowReserved: true);

    /// <summary><c>ALPHA / DIGIT / "-" / "." / "_" / "~"</c></summary>
    public static bool IsUnreserved(int character) => character < 128 && Classes[character] == Unreserved;

    /// <summary>What every expansion copies, or, for reserved expansion, what it copies too.</summary>
    public static bool IsCopied(char character, bool allowReserved) =>
        character < 128 && Classes[character] is var kind && (kind == Unreserved || (allowReserved && kind == Reserved));

    /// <summary>What a variable without a modifier copies, and the comma of a list; null for operators that add more.</summary>
    public static SearchValues<char>? CopiedBy(ExpressionOperator expressionOperator) => expressionOperator switch
    {
        ExpressionOperator.Simple => Simple,
        ExpressionOperator.Reserved => Any,
        _ => null,
    };

    /// <summary>
    /// An ASCII literal of RFC 6570, section 2.1: reserved and unreserved characters. That includes the apostrophe, which
    /// the grammar leaves out but the public test suite expands.
    /// </summary>
    public static bool IsAsciiLiteral(char character) => IsCopied(character, allowReserved: true);

    /// <summary><c>"%" HEXDIG HEXDIG</c></summary>
    public static bool IsTriplet(ReadOnlySpan<char> text, int at) =>
        at + 2 < text.Length && text[at] == '%' && char.IsAsciiHexDigit(text[at + 1]) && char.IsAsciiHexDigit(text[at + 2]);

    /// <summary>UTF-16 length of the <c>ucschar</c> or <c>iprivate</c> (RFC 3987, section 2.2) that begins here; 0 for none.</summary>
    public static int IriLength(ReadOnlySpan<char> text, int at) =>
        text[at] < 0xA0 || Rune.DecodeFromUtf16(text[at..], out var rune, out var length) != OperationStatus.Done
            || !IsIri(rune.Value)
            ? 0
            : length;

    /// <summary>
    /// Length of the triplets that encode one character in UTF-8 and begin here; 0 for none. Overlong forms, surrogates and
    /// cut sequences encode nothing.
    /// </summary>
    public static int EncodedLength(ReadOnlySpan<char> text, int at, out int character)
    {
        Span<byte> octets = stackalloc byte[4];
        var count = 0;
        while (count < octets.Length && IsTriplet(text, at + (3 * count)))
        {
            octets[count] = Octet(text, at + (3 * count));
            if (octets[count++] < 0x80)
                break;
        }

        var done = Rune.DecodeFromUtf8(octets[..count], out var rune, out var used) == OperationStatus.Done;
        character = rune.Value;
        return done ? 3 * used : 0;
    }

    /// <summary>The octet that a triplet stands for.</summary>
    public static byte Octet(ReadOnlySpan<char> text, int at) => (byte)((Digit(text[at + 1]) << 4) | Digit(text[at + 2]));

    private static int Digit(char hex) => hex <= '9' ? hex - '0' : (hex | 0x20) - 'a' + 10;

    private static bool IsIri(int character) => character switch
    {
        < 0xA0 => false,
        < 0xD800 => true,
        < 0xE000 => false,
        < 0xFDD0 => true,
        < 0xFDF0 => false,
        < 0xFFF0 => true,
        < 0x10000 => false,
        >= 0xE0000 and < 0xE1000 => false,
        _ => (character & 0xFFFF) < 0xFFFE,
    };

    private static SearchValues<char> Copied(bool allowReserved) =>
        SearchValues.Create([.. Enumerable.Range(0, 128).Select(code => (char)code).Where(character => character == ',' || IsCopied(character, allowReserved))]);

    private static byte[] Classify()
    {
        var classes = new byte[128];
        for (var character = 0; character < classes.Length; character++)
        {
            if (char.IsAsciiLetterOrDigit((char)character) || "-._~".Contains((char)character, StringComparison.Ordinal))
                classes[character] = Unreserved;
            else if (":/?#[]@!$&'()*+,;=".Contains((char)character, StringComparison.Ordinal))
                classes[character] = Reserved;
        }

        return classes;
    }
}
