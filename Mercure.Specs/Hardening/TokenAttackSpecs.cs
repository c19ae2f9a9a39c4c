using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Mercure.Http.Protocol;
using Mercure.Specs.Tokens;
using Xunit;

namespace Mercure.Specs.Hardening;

/// <summary>
/// Tokens that ask for trouble (RFC 8725; CWE-347, CWE-400), beyond those in <see cref="TokenVerifierSpecs"/>: whoever holds no
/// key gets nothing, whatever the token says about itself, and no token costs more than its length.
/// </summary>
public sealed class TokenAttackSpecs
{
    private const string Payload = """{"mercure":{"publish":["*"],"subscribe":["*"]}}""";

    // Which key? The token's own word is a hint that is never followed: no file, no address, no SQL, no empty key (CVE-2018-0114)
    [Theory]
    [InlineData("\"kid\":\"../../../../dev/null\"")]
    [InlineData("\"kid\":\"/proc/sys/kernel/randomize_va_space\"")]
    [InlineData("\"kid\":\"x' UNION SELECT 'key'--\"")]
    [InlineData("\"kid\":\"\"")]
    [InlineData("\"jku\":\"http://127.0.0.1:1/jwks\"")]
    [InlineData("\"x5u\":\"http://127.0.0.1:1/chain\"")]
    [InlineData("\"x5c\":[\"MIIB\"]")]
    [InlineData("\"x5t\":\"AAAA\"")]
    [InlineData("\"jwk\":{\"kty\":\"oct\",\"k\":\"\"}")]
    [InlineData("\"jwk\":{\"kty\":\"oct\",\"k\":\"QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE\"}")]
    public async Task Should_not_take_the_key_from_the_token(string member)
    {
        foreach (var secret in new[] { "", "0", "1", "2", "key", new string('A', 32) })
        {
            var token = TestTokens.Sign($$"""{"alg":"HS256",{{member}}}""", Payload, text => HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), text));
            Assert.NotNull(await TestTokens.RejectionOfAsync(token));
        }
    }

    // Names that some library folds to one that it knows: other case, other letters that look or fold alike, blanks, escapes
    [Theory]
    [InlineData("n\\u006fne")]
    [InlineData("NonE")]
    [InlineData("none ")]
    [InlineData("\\u0000none")]
    [InlineData("ｎｏｎｅ")]
    [InlineData("ΗS256")]
    [InlineData("HS256\\u0000")]
    [InlineData("HS256 ")]
    [InlineData("ＨＳ256")]
    [InlineData("Hſ256")]
    [InlineData("HS-256")]
    [InlineData("http://www.w3.org/2001/04/xmldsig-more#hmac-sha256")]
    [InlineData("dir")]
    [InlineData("A128KW")]
    [InlineData("PBES2-HS256+A128KW")]
    public async Task Should_take_no_other_spelling_of_an_algorithm(string algorithm)
    {
        var header = $$"""{"alg":"{{algorithm}}"}""";
        Assert.NotNull(await TestTokens.RejectionOfAsync(TestTokens.Sign(header, Payload, static _ => [])));
        Assert.NotNull(await TestTokens.RejectionOfAsync(TestTokens.Sign(header, Payload, Signed)));
    }

    // The same name in JSON escapes is the same name (RFC 8259, 8.3), for both who look at it
    [Fact]
    public async Task Should_read_an_escaped_algorithm_as_what_it_is() =>
        Assert.Null(await TestTokens.RejectionOfAsync(TestTokens.Sign("""{"alg":"\u0048S256"}""", Payload, Signed)));

    // RFC 7515, 4 and RFC 7519, 4: two members of a name mean what each reader likes. Here the first looks harmless
    [Theory]
    [InlineData("""{"alg":"none","alg":"HS256"}""", Payload)]
    [InlineData("""{"alg":"HS256","alg":"none"}""", Payload)]
    [InlineData("""{"alg":"HS256"}""", """{"mercure":{"publish":[]},"mercure":{"publish":["*"]}}""")]
    [InlineData("""{"alg":"HS256"}""", """{"mercure":{"publish":[],"publish":["*"]}}""")]
    [InlineData("""{"alg":"HS256"}""", """{"exp":1,"exp":99999999999}""")]
    [InlineData("""{"alg":"HS256"}""", """{"exp":1,"e\u0078p":99999999999}""")]
    public async Task Should_refuse_members_that_are_there_twice(string header, string payload) =>
        Assert.NotNull(await TestTokens.RejectionOfAsync(TestTokens.Sign(header, payload, Signed)));

    // Encrypted, nested and compressed tokens (RFC 7516, RFC 7519 5.2): a bomb unpacks to a thousand times its size
    [Fact]
    public async Task Should_unpack_nothing()
    {
        var bomb = new MemoryStream();
        using (var deflate = new DeflateStream(bomb, CompressionLevel.SmallestSize, leaveOpen: true))
            deflate.Write(new byte[4 << 20]);
        var packed = System.Buffers.Text.Base64Url.EncodeToString(bomb.ToArray());
        var header = TestTokens.Encode("""{"alg":"dir","enc":"A128CBC-HS256","zip":"DEF","cty":"JWT"}""");

        Assert.Equal(Rejections.TokenMalformed, await TestTokens.RejectionOfAsync($"{header}..AAAA.{packed}.AAAA"));
        Assert.NotNull(await TestTokens.RejectionOfAsync($"{TestTokens.Encode("""{"alg":"HS256","zip":"DEF"}""")}.{packed}.AAAA"));
        Assert.NotNull(await TestTokens.RejectionOfAsync(
            TestTokens.Sign("""{"alg":"HS256","cty":"JWT"}""", TestTokens.Publisher("*"), Signed)));
    }

    // Nesting is what recursive readers die of; the same in the header, which is read before the signature is checked
    [Theory]
    [InlineData("[", "]")]
    [InlineData("{\"a\":", "}")]
    public async Task Should_refuse_nesting(string open, string close)
    {
        const int Depth = 800;
        var nested = string.Concat(Enumerable.Repeat(open, Depth)) + "1" + string.Concat(Enumerable.Repeat(close, Depth));

        Assert.NotNull(await TestTokens.RejectionOfAsync(TestTokens.Sign($$"""{"alg":"HS256","a":{{nested}}}""", Payload, Signed)));
        Assert.NotNull(await TestTokens.RejectionOfAsync(TestTokens.Hmac($$"""{"a":{{nested}}}""")));
    }

    // A signature that is almost one: cut, extended, of another hash, in another alphabet, with characters of its own between
    [Fact]
    public async Task Should_take_no_signature_but_the_one()
    {
        var token = TestTokens.Hmac(Payload);
        var (signed, signature) = (token[..(token.LastIndexOf('.') + 1)], token[(token.LastIndexOf('.') + 1)..]);
        var octets = System.Buffers.Text.Base64Url.DecodeFromChars(signature);
        string[] variants =
        [
            "", signature[..^1], signature[..^4], signature[..(signature.Length / 2)], signature + "A", signature + "AAAA", signature + "=", signature + signature,
            " " + signature, signature + "\n", signature.Insert(3, "\n"), signature.Insert(3, " "), signature + ".", "." + signature,
            Convert.ToBase64String(octets), Convert.ToHexString(octets),
            System.Buffers.Text.Base64Url.EncodeToString(octets.AsSpan(0, 16)), System.Buffers.Text.Base64Url.EncodeToString(new byte[32]),
            System.Buffers.Text.Base64Url.EncodeToString(HMACSHA512.HashData(Encoding.UTF8.GetBytes(TestTokens.Secret), Encoding.ASCII.GetBytes(signed[..^1])).AsSpan(0, 32)),
        ];

        Assert.Null(await TestTokens.RejectionOfAsync(token));
        foreach (var variant in variants)
            Assert.True(await TestTokens.RejectionOfAsync(signed + variant) is not null, variant);
    }

    // The bits behind the last octet have several spellings (RFC 4648, 3.5): one token must not be many, each with a place in the cache
    [Fact]
    public async Task Should_take_no_second_spelling_of_a_signature()
    {
        var token = TestTokens.Hmac(Payload);
        const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        var taken = 0;
        foreach (var last in Alphabet)
            taken += await TestTokens.RejectionOfAsync(token[..^1] + last) is null ? 1 : 0;

        Assert.Equal(1, taken);
    }

    // ECDSA with the signature 0, 0 (CVE-2022-21449), of the wrong length, and in the other encoding
    [Fact]
    public async Task Should_refuse_degenerate_signatures_of_ECDSA()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var pem = key.ExportSubjectPublicKeyInfoPem();
        Func<byte[], byte[]>[] signers =
        [
            static _ => new byte[64], static _ => [], static _ => new byte[63], static _ => new byte[128],
            text => key.SignData(text, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence),
            text => [.. key.SignData(text, HashAlgorithmName.SHA256), 0],
            text => key.SignData(text, HashAlgorithmName.SHA384),
        ];

        foreach (var sign in signers)
            Assert.NotNull(await TestTokens.RejectionOfAsync(TestTokens.Sign("""{"alg":"ES256"}""", Payload, sign), pem));
        Assert.Null(await TestTokens.RejectionOfAsync(TestTokens.Sign("""{"alg":"ES256"}""", Payload, text => key.SignData(text, HashAlgorithmName.SHA256)), pem));
    }

    // Numbers that overflow, lists that are long, names that aren't text: read or refused, never thrown over
    [Theory]
    [InlineData("""{"exp":1e400}""")]
    [InlineData("""{"exp":-1e400}""")]
    [InlineData("""{"exp":99999999999999999999999999999999999999}""")]
    [InlineData("""{"nbf":-99999999999999999999999999999999999999}""")]
    [InlineData("""{"exp":0.0000000000000000000000000000000000001}""")]
    [InlineData("""{"mercure":{"publish":["\ud800"]}}""")]
    [InlineData("""{"mercure":{"publish":["\u0000"]}}""")]
    [InlineData("""{"\ud800":1}""")]
    [InlineData("""{"mercure":[[[[[]]]]]}""")]
    [InlineData("""{"iss":{},"aud":[1,{}],"sub":[],"jti":1,"iat":"x"}""")]
    public async Task Should_not_throw_over_odd_claims(string payload) =>
        await TestTokens.Verifier().VerifyAsync(TestTokens.Hmac(payload).AsMemory());

    private static byte[] Signed(byte[] text) => HMACSHA256.HashData(Encoding.UTF8.GetBytes(TestTokens.Secret), text);
}
