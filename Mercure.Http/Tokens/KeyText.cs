using System.Text;
using System.Text.RegularExpressions;

namespace Mercure.Http.Tokens;

/// <summary>
/// Reads what somebody wrote where a key belongs. A public key that was taken for an HMAC secret would let everyone who has that
/// public key sign tokens (RFC 8725, sections 2.1 and 3.1). So whatever is visibly something else than a secret is read as what
/// it is, whatever it is wrapped in, or refused. The rest is a secret, to the last character.
/// </summary>
internal static partial class KeyText
{
    internal const string SshProblem = "this is an SSH public key; convert it to PEM, such as with ssh-keygen -e -m PKCS8 -f key.pub";

    /// <summary>Base64 of base64 is what Kubernetes users make of a key by mistake; more than that nobody does.</summary>
    private const int MaxDepth = 2;

    /// <summary>Each with its partner.</summary>
    private const string Quotes = "\"\"''“”„“‘’«»";

    /// <exception cref="FormatException">It can't be a key; the message says why and does not contain it.</exception>
    public static IReadOnlyList<TokenKey> Read(string text)
    {
        var bare = Unwrap(text);
        if (bare.Length == 0)
            throw new FormatException("the key is empty");
        if (ReadEncoded(bare) is { } keys)
            return keys;
        return Misplaced.Problem(bare) is { } problem
            ? throw new FormatException(problem)
            : [TokenKey.FromSecret(Encoding.UTF8.GetBytes(text))];
    }

    /// <summary>Null when it is none of the forms in which keys other than secrets are written.</summary>
    private static IReadOnlyList<TokenKey>? ReadEncoded(string text, int depth = 0)
    {
        if (PemKeys.HasArmour(text))
            return PemKeys.Read(text);
        if (JwkText.Read(text, refuseOther: depth == 0) is { } keys)
            return keys;
        if (SshKey().IsMatch(text))
            throw new FormatException(SshProblem);

        foreach (var bytes in Decodings(text))
        {
            if (PemKeys.IsDer(bytes))
                return [PemKeys.ReadDer(bytes)];
            if (IsSshKey(bytes))
                throw new FormatException(SshProblem);
            if (depth < MaxDepth && ReadEncoded(Unwrap(Encoding.UTF8.GetString(bytes)), depth + 1) is { } inner)
                return inner;
        }

        return null;
    }

    /// <summary>Without white space, quotes and escaped line ends around it.</summary>
    private static string Unwrap(string text)
    {
        ReadOnlySpan<char> bare = text;
        int length;
        do
        {
            length = bare.Length;
            while (!bare.IsEmpty && IsBlank(bare[0]))
                bare = bare[1..];
            while (!bare.IsEmpty && IsBlank(bare[^1]))
                bare = bare[..^1];
            if (bare.Length >= 2 && bare[0] == '\\' && bare[1] is 'r' or 'n' or 't')
                bare = bare[2..];
            if (bare.Length >= 2 && bare[^2] == '\\' && bare[^1] is 'r' or 'n' or 't')
                bare = bare[..^2];
            // A shell or a JSON document inside another one
            if (bare.Length >= 4 && bare.StartsWith("\\\"") && bare.EndsWith("\\\""))
                bare = bare[2..^2];
            for (var i = 0; i < Quotes.Length; i += 2)
            {
                if (bare.Length >= 2 && bare[0] == Quotes[i] && bare[^1] == Quotes[i + 1])
                    bare = bare[1..^1];
            }
        }
        while (bare.Length < length);

        return bare.ToString();
    }

    /// <summary>Also the byte order mark, which editors put before a text, and a space that has no width.</summary>
    private static bool IsBlank(char c) => char.IsWhiteSpace(c) || c is '\uFEFF' or '\u200B';

    /// <summary>What base64, base64url and hexadecimal digits stand for.</summary>
    private static IEnumerable<byte[]> Decodings(string text)
    {
        var compact = string.Concat(EscapedLineEnd().Replace(text, "").Where(static c => !IsBlank(c)));
        var digits = compact.Replace('-', '+').Replace('_', '/').TrimEnd('=');
        var bytes = new byte[digits.Length];
        if (Convert.TryFromBase64String(digits.PadRight((digits.Length + 3) / 4 * 4, '='), bytes, out var length))
            yield return bytes[..length];
        if (compact.Length % 2 == 0 && compact.All(char.IsAsciiHexDigit))
            yield return Convert.FromHexString(compact);
    }

    /// <summary>RFC 4253, section 6.6: the key begins with the length of its algorithm's name, and that name.</summary>
    private static bool IsSshKey(ReadOnlySpan<byte> bytes) =>
        bytes.Length > 16
        && bytes.StartsWith("\0\0\0"u8)
        && (bytes[4..].StartsWith("ssh-"u8) || bytes[4..].StartsWith("ecdsa-"u8) || bytes[4..].StartsWith("sk-"u8));

    [GeneratedRegex(@"\\+[rnt]", RegexOptions.None, 1000)]
    private static partial Regex EscapedLineEnd();

    [GeneratedRegex(@"(^|\s)(ssh|ecdsa|sk)-[a-z0-9@.-]+\s+AAAA", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SshKey();
}
