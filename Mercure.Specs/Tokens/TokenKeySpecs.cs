using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Mercure.Http.Protocol;
using Mercure.Http.Tokens;
using Xunit;

namespace Mercure.Specs.Tokens;

public sealed class TokenKeySpecs
{
    [Theory]
    [InlineData("short", true)]
    [InlineData("1234567890123456789012345678901", true)]
    [InlineData("12345678901234567890123456789012", false)]
    public void Should_say_that_a_secret_is_short_when_below_32_bytes(string secret, bool isShort) =>
        Assert.Equal(isShort, TokenKey.Parse(secret).IsShort);

    // RFC 2104, section 2: what makes padding safe
    [Fact]
    public void Should_sign_the_same_when_a_secret_is_padded_to_the_block()
    {
        for (var length = 0; length <= 200; length++)
        {
            var secret = RandomNumberGenerator.GetBytes(length);
            Assert.Equal(HMACSHA256.HashData(secret, "text"u8), HMACSHA256.HashData(TokenKey.Pad(secret, 64), "text"u8));
            Assert.Equal(HMACSHA384.HashData(secret, "text"u8), HMACSHA384.HashData(TokenKey.Pad(secret, 128), "text"u8));
            Assert.Equal(HMACSHA512.HashData(secret, "text"u8), HMACSHA512.HashData(TokenKey.Pad(secret, 128), "text"u8));
        }
    }

    [Theory]
    [InlineData("HS256")]
    [InlineData("HS384")]
    [InlineData("HS512")]
    public async Task Should_verify_with_secrets_of_every_length(string algorithm)
    {
        for (var length = 1; length <= 200; length++)
        {
            var secret = new string('k', length);
            Assert.Null(await TestTokens.RejectionOfAsync(TestTokens.Hmac("{}", secret, algorithm), secret));
        }
    }

    [Theory]
    [InlineData("RS256")]
    [InlineData("RS384")]
    [InlineData("RS512")]
    [InlineData("PS256")]
    [InlineData("PS384")]
    [InlineData("PS512")]
    public async Task Should_verify_with_an_RSA_key_in_every_PEM_form(string algorithm)
    {
        using var rsa = RSA.Create(2048);
        var certificate = new CertificateRequest("CN=hub", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(200));
        var padding = algorithm[0] == 'R' ? RSASignaturePadding.Pkcs1 : RSASignaturePadding.Pss;
        var token = TestTokens.Sign($$"""{"alg":"{{algorithm}}"}""", "{}", text => rsa.SignData(text, HashOf(algorithm), padding));

        Assert.Null(await TestTokens.RejectionOfAsync(token, rsa.ExportSubjectPublicKeyInfoPem()));
        Assert.Null(await TestTokens.RejectionOfAsync(token, rsa.ExportRSAPublicKeyPem()));
        Assert.Null(await TestTokens.RejectionOfAsync(token, certificate.ExportCertificatePem()));
        Assert.Null(await TestTokens.RejectionOfAsync(token, rsa.ExportSubjectPublicKeyInfoPem().ReplaceLineEndings("\\n")));
    }

    [Theory]
    [InlineData("ES256", "nistP256")]
    [InlineData("ES384", "nistP384")]
    [InlineData("ES512", "nistP521")]
    public async Task Should_verify_with_an_ECDSA_key_on_the_curve_of_the_algorithm(string algorithm, string curve)
    {
        using var ecdsa = ECDsa.Create(ECCurve.CreateFromFriendlyName(curve));
        string[] all = ["ES256", "ES384", "ES512"];
        foreach (var claimed in all)
        {
            var token = TestTokens.Sign($$"""{"alg":"{{claimed}}"}""", "{}", text => ecdsa.SignData(text, HashOf(claimed)));
            var rejection = await TestTokens.RejectionOfAsync(token, ecdsa.ExportSubjectPublicKeyInfoPem());
            Assert.Equal(claimed == algorithm ? null : Rejections.TokenAlgorithm(algorithm), rejection);
        }
    }

    [Fact]
    public void Should_refuse_a_key_that_is_a_token() => Refuses(TestTokens.Publisher("*"), "token");

    [Fact]
    public void Should_take_a_secret_with_two_dots_for_a_secret() => Assert.Equal("HMAC secret", TokenKey.Parse("not.a.token").Kind);

    [Fact]
    public void Should_refuse_an_empty_key() => Refuses("", "empty");

    [Fact]
    public void Should_refuse_a_private_key()
    {
        using var rsa = RSA.Create(2048);
        Refuses(rsa.ExportPkcs8PrivateKeyPem(), "private key");
        Refuses(rsa.ExportRSAPrivateKeyPem(), "private key");
    }

    [Fact]
    public void Should_refuse_an_RSA_key_below_2048_bits()
    {
        using var rsa = RSA.Create(1024);
        Refuses(rsa.ExportSubjectPublicKeyInfoPem(), "1024 bits");
    }

    [Fact]
    public void Should_refuse_a_curve_without_an_algorithm()
    {
        using var ecdsa = ECDsa.Create(ECCurve.CreateFromFriendlyName("secp256k1"));
        Refuses(ecdsa.ExportSubjectPublicKeyInfoPem(), "curve");
    }

    [Theory]
    [InlineData("-----BEGIN PUBLIC KEY-----\nAAAA")]
    [InlineData("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----")]
    [InlineData("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----")]
    [InlineData("-----BEGIN SOMETHING-----\nAAAA\n-----END SOMETHING-----")]
    public void Should_refuse_PEM_that_holds_no_key(string pem) => Assert.Throws<FormatException>(() => TokenKey.Parse(pem));

    private static void Refuses(string key, string because)
    {
        var failure = Assert.Throws<FormatException>(() => TokenKey.Parse(key));
        Assert.Contains(because, failure.Message, StringComparison.Ordinal);
        if (key.Length > 0)
            Assert.DoesNotContain(key, failure.Message, StringComparison.Ordinal);
    }

    private static HashAlgorithmName HashOf(string algorithm) => new($"SHA{algorithm[2..]}");
}
