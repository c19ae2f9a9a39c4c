using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;

namespace Mercure.Http.Tokens;

/// <summary>
/// Public keys and certificates in PEM (RFC 7468) and its binary content, DER. Reads what environment files, shells and editors
/// make of the line ends: escapes, spaces, indentation, or nothing.
/// </summary>
internal static partial class PemKeys
{
    /// <summary>The smallest key, Ed25519, has 44 bytes. Shorter random bytes could look like DER.</summary>
    private const int MinDerLength = 40;

    private const string Unreadable = "the PEM block does not hold a key that can be read";

    /// <summary>Whether there is a line such as <c>-----BEGIN …</c> anywhere, be it damaged.</summary>
    public static bool HasArmour(string text) => Armour().IsMatch(text);

    /// <summary>The public keys of every block.</summary>
    /// <exception cref="FormatException">One can't be used; the message says why.</exception>
    public static IReadOnlyList<TokenKey> Read(string text)
    {
        if (PrivateKey().IsMatch(text))
            throw new FormatException(TokenKey.PrivateKeyProblem);
        foreach (Match label in Label().Matches(text))
            RefuseOther(label.Groups["label"].Value);

        var blocks = Block().Matches(text);
        if (blocks.Count == 0 || HasArmour(Block().Replace(text, " ")))
            throw new FormatException("it begins like PEM, but is not complete");
        return KeysOf([.. blocks.Select(static block => Content(block.Groups["body"].Value))]);
    }

    /// <summary>Whether this is a DER sequence of at least two elements, as every key and certificate is.</summary>
    public static bool IsDer(byte[] bytes) => bytes.Length >= MinDerLength && Shape(bytes) is { Count: > 1 };

    /// <exception cref="FormatException">It can't verify tokens; the message says why.</exception>
    public static TokenKey ReadDer(byte[] bytes) => KeysOf([bytes])[0];

    private static void RefuseOther(string label)
    {
        if (label is "SSH2 PUBLIC KEY")
            throw new FormatException(KeyText.SshProblem);
        if (label is not ("PUBLIC KEY" or "RSA PUBLIC KEY" or "CERTIFICATE" or "X509 CERTIFICATE"))
            throw new FormatException($"a PEM block {label} is not a public key; PUBLIC KEY, RSA PUBLIC KEY and CERTIFICATE are accepted");
    }

    private static byte[] Content(string body)
    {
        try
        {
            return Convert.FromBase64String(Noise().Replace(body, ""));
        }
        catch (FormatException failure)
        {
            throw new FormatException("the PEM block is damaged: what is between its lines is not base64", failure);
        }
    }

    private static List<TokenKey> KeysOf(IReadOnlyList<byte[]> blocks)
    {
        var certificates = new List<X509Certificate2>();
        try
        {
            var keys = new List<TokenKey>();
            foreach (var content in blocks)
            {
                if (ReadKey(content) is { } key)
                    keys.Add(key);
                else
                    certificates.Add(X509CertificateLoader.LoadCertificate(content));
            }

            keys.AddRange(WithoutIssuers(certificates).Select(static certificate => TokenKey.FromPublicKey(certificate.PublicKey)));
            return keys.Count > 0 ? keys : throw new FormatException(Unreadable);
        }
        catch (Exception failure) when (failure is CryptographicException or ArgumentException or NotSupportedException)
        {
            throw new FormatException(Unreadable, failure);
        }
        finally
        {
            certificates.ForEach(static certificate => certificate.Dispose());
        }
    }

    /// <summary>Null for a certificate.</summary>
    private static TokenKey? ReadKey(byte[] content)
    {
        switch (Shape(content))
        {
            case [UniversalTagNumber.Sequence, UniversalTagNumber.BitString]:
                return TokenKey.FromPublicKey(PublicKey.CreateFromSubjectPublicKeyInfo(content, out _));
            case [UniversalTagNumber.Integer, UniversalTagNumber.Integer]:
                using (var rsa = RSA.Create())
                {
                    rsa.ImportRSAPublicKey(content, out _);
                    return TokenKey.FromRsa(rsa.ExportParameters(includePrivateParameters: false));
                }

            case [UniversalTagNumber.Sequence, UniversalTagNumber.Sequence, UniversalTagNumber.BitString]:
                return null;
            // PKCS #8, PKCS #1, SEC 1 and PKCS #12 begin with their version; an encrypted PKCS #8 with its algorithm
            case [UniversalTagNumber.Integer, ..] or [UniversalTagNumber.Sequence, UniversalTagNumber.OctetString]:
                throw new FormatException(TokenKey.PrivateKeyProblem);
            default:
                throw new FormatException(Unreadable);
        }
    }

    /// <summary>
    /// Of a certificate with its chain, the first alone is the signer's: an authority that issued it, or issued its issuer, must
    /// not become able to sign tokens. Two self-signed certificates are two keys.
    /// </summary>
    private static IEnumerable<X509Certificate2> WithoutIssuers(IReadOnlyList<X509Certificate2> certificates)
    {
        var issuers = certificates.Where(static certificate => certificate.Issuer != certificate.Subject).Select(static certificate => certificate.Issuer).ToHashSet(StringComparer.Ordinal);
        return certificates.Where(certificate => !issuers.Contains(certificate.Subject));
    }

    /// <summary>The tags of the elements of the outermost sequence; null when it is not one, or more than one.</summary>
    private static List<UniversalTagNumber>? Shape(byte[] bytes)
    {
        try
        {
            var reader = new AsnReader(bytes, AsnEncodingRules.DER);
            var sequence = reader.ReadSequence();
            reader.ThrowIfNotEmpty();
            var tags = new List<UniversalTagNumber>();
            while (sequence.HasData)
            {
                var tag = sequence.PeekTag();
                tags.Add(tag.TagClass == TagClass.Universal ? (UniversalTagNumber)tag.TagValue : UniversalTagNumber.EndOfContents);
                sequence.ReadEncodedValue();
            }

            return tags;
        }
        catch (AsnContentException)
        {
            return null;
        }
    }

    /// <summary>Also damaged: with other dashes, without spaces, in lower case, or without dashes around the usual words.</summary>
    [GeneratedRegex(@"-{4,}\s*(?i:BEGIN|END)|\b(BEGIN|END)[ _]([A-Z0-9]+[ _]){0,3}(KEY|CERTIFICATE|BLOCK)\b|[–—]\s*BEGIN\b", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Armour();

    [GeneratedRegex(@"- ?BEGIN (?<label>[A-Z0-9]+( [A-Z0-9]+){0,4}) ?-", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Label();

    [GeneratedRegex("(?i:PRIVATE[ _]KEY)", RegexOptions.None, 1000)]
    private static partial Regex PrivateKey();

    [GeneratedRegex(@"-{5}BEGIN (?<label>[A-Z0-9 ]+)-{5}(?<body>[^-]*)-{5}END \k<label>-{5}", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Block();

    /// <summary>What stands for line ends between the digits, and the quotes of every line.</summary>
    [GeneratedRegex(@"\\+[rnt]?|[\s""'\uFEFF\u200B]", RegexOptions.None, 1000)]
    private static partial Regex Noise();
}
