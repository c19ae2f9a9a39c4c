using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Mercure.Http.Tokens;
using Xunit;

namespace Mercure.Specs.Tokens;

/// <summary>What people write where a key belongs. A public key that became an HMAC secret would be one that everybody has (RFC 8725, 2.1 and 3.1).</summary>
public sealed class KeyTextSpecs
{
    private const string SecretKind = "HMAC secret";
    private static readonly RSA Rsa = RSA.Create(2048);
    private static readonly ECDsa Ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    /// <summary>How a key gets into a variable: by shells, compose and env files, YAML, JSON, secrets of Kubernetes, editors.</summary>
    private static readonly Dictionary<string, Func<string, string>> Wrappings = new(StringComparer.Ordinal)
    {
        ["as it is"] = static pem => pem,
        ["in double quotes"] = static pem => $"\"{pem}\"",
        ["in single quotes"] = static pem => $"'{pem}'",
        ["in two kinds of quotes"] = static pem => $" '\"{pem}\"' ",
        ["in escaped quotes"] = static pem => $"\\\"{pem}\\\"",
        ["in typographic quotes"] = static pem => $"“{pem}”",
        ["with white space"] = static pem => $"\n\t {pem}\r\n ",
        ["with a byte order mark"] = static pem => $"\uFEFF{pem}",
        ["with CRLF"] = static pem => pem.ReplaceLineEndings("\r\n"),
        ["with CR"] = static pem => pem.ReplaceLineEndings("\r"),
        ["with \\n"] = static pem => pem.ReplaceLineEndings("\\n"),
        ["with \\n at the end, quoted"] = static pem => $"\"{pem.ReplaceLineEndings("\\n")}\\n\"",
        ["with \\r\\n"] = static pem => pem.ReplaceLineEndings("\\r\\n"),
        ["with \\\\n"] = static pem => pem.ReplaceLineEndings("\\\\n"),
        ["with \\n and line ends"] = static pem => pem.ReplaceLineEndings("\\n\n"),
        ["with \\ at the ends of lines"] = static pem => pem.ReplaceLineEndings("\\\n"),
        ["indented"] = static pem => "    " + pem.ReplaceLineEndings("\n    "),
        ["joined by spaces"] = static pem => pem.ReplaceLineEndings(" "),
        ["joined by nothing"] = static pem => pem.ReplaceLineEndings(""),
        ["with its name"] = static pem => $"JWT_KEY='{pem}'",
        ["with what openssl prints before"] = static pem => $"Bag Attributes\n    friendlyName: hub\n{pem}",
        ["in base64"] = static pem => Base64(pem),
        ["in base64 of several lines"] = static pem => Convert.ToBase64String(Encoding.UTF8.GetBytes(pem), Base64FormattingOptions.InsertLineBreaks),
        ["in quoted base64"] = static pem => $"\"{Base64(pem)}\"\n",
        ["in base64url"] = static pem => System.Buffers.Text.Base64Url.EncodeToString(Encoding.UTF8.GetBytes(pem)),
        ["in base64 of base64"] = static pem => Base64(Base64(pem)),
        ["in hexadecimal digits"] = static pem => Convert.ToHexString(Encoding.UTF8.GetBytes(pem)),
        ["without armour"] = static pem => Convert.ToBase64String(Der(pem)),
        ["without armour, of several lines"] = static pem => Convert.ToBase64String(Der(pem), Base64FormattingOptions.InsertLineBreaks),
        ["without armour, with \\n"] = static pem => Convert.ToBase64String(Der(pem), Base64FormattingOptions.InsertLineBreaks).ReplaceLineEndings("\\n"),
        ["without armour, base64url"] = static pem => System.Buffers.Text.Base64Url.EncodeToString(Der(pem)),
        ["without armour, hexadecimal"] = static pem => Convert.ToHexString(Der(pem)).ToLowerInvariant(),
    };

    public static TheoryData<string> WrappingNames => [.. Wrappings.Keys];

    [Theory]
    [MemberData(nameof(WrappingNames))]
    public void Should_read_a_public_key_whatever_it_is_wrapped_in(string wrapping)
    {
        using var certificate = Certificate(Rsa, "CN=hub");
        string[] keys = [Rsa.ExportSubjectPublicKeyInfoPem(), Rsa.ExportRSAPublicKeyPem(), certificate.ExportCertificatePem()];

        Assert.All(keys, pem => Assert.True(TokenKey.Parse(Wrappings[wrapping](pem)).IsSameAs(TokenKey.Parse(keys[0]))));
        var ecdsa = TokenKey.Parse(Wrappings[wrapping](Ecdsa.ExportSubjectPublicKeyInfoPem()));
        Assert.Equal("ES256", ecdsa.Algorithms);
        Assert.True(ecdsa.IsSameAs(TokenKey.Parse(Ecdsa.ExportSubjectPublicKeyInfoPem())));
    }

    [Theory]
    [MemberData(nameof(WrappingNames))]
    public void Should_refuse_a_private_key_whatever_it_is_wrapped_in(string wrapping)
    {
        string[] keys =
        [
            Rsa.ExportPkcs8PrivateKeyPem(), Rsa.ExportRSAPrivateKeyPem(), Ecdsa.ExportECPrivateKeyPem(),
            Ecdsa.ExportEncryptedPkcs8PrivateKeyPem("secret", new PbeParameters(PbeEncryptionAlgorithm.Aes128Cbc, HashAlgorithmName.SHA256, 1)),
        ];

        Assert.All(keys, pem => Refuses(Wrappings[wrapping](pem), "this is a private key"));
    }

    [Fact]
    public void Should_read_a_JSON_Web_Key_and_a_set_of_them()
    {
        var (rsa, ecdsa, secret) = (SigningKey.Rsa("1"), SigningKey.Ecdsa("2").With("alg", "ES256"), SigningKey.Secret("3", new byte[40]));
        string[] texts = [JsonSerializer.Serialize(ecdsa.Jwk), Base64(JsonSerializer.Serialize(ecdsa.Jwk)), $"'{JsonSerializer.Serialize(ecdsa.Jwk)}'", JsonSerializer.Serialize(ecdsa.Jwk).Replace("\"", "\\\"", StringComparison.Ordinal)];

        Assert.All(texts, static text => Assert.Equal("ES256", TokenKey.Parse(text).Algorithms));
        Assert.Equal(
            ["RSA public key", "ECDSA public key", SecretKind],
            TokenKey.ParseAll(JwkSetServer.SetOf(rsa, ecdsa, secret, SigningKey.Rsa("4").With("use", "enc"))).Select(static key => key.Kind));
    }

    [Theory]
    [InlineData("""{"kty":"RSA","n":"AQAB","e":"AQAB","d":"AQAB"}""", "private key")]
    [InlineData("""{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}""", "type OKP")]
    [InlineData("""{"kty":"RSA","n":"AQAB","e":"AQAB"}""", "key")]
    [InlineData("""{"kty":"RSA","n":"AQ""", "not complete")]
    [InlineData("""{"keys":[]}""", "no key")]
    [InlineData("""{"type":"service_account","client_id":"1"}""", "JSON")]
    [InlineData("""["one","two"]""", "JSON")]
    public void Should_refuse_JSON_that_is_no_usable_key(string text, string because) => Refuses(text, because);

    [Theory]
    [InlineData("-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjE=\n-----END OPENSSH PRIVATE KEY-----", "this is a private key")]
    [InlineData("-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmQENBF\n=abcd\n-----END PGP PUBLIC KEY BLOCK-----", "a PEM block PGP PUBLIC KEY BLOCK is not a public key")]
    [InlineData("-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n-----END CERTIFICATE REQUEST-----", "a PEM block CERTIFICATE REQUEST is not a public key")]
    [InlineData("---- BEGIN SSH2 PUBLIC KEY ----\nAAAAB3NzaC1yc2E\n---- END SSH2 PUBLIC KEY ----", "ssh-keygen")]
    [InlineData("-----BEGIN PUBLIC KEY-----", "not complete")]
    [InlineData("-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A", "not complete")]
    [InlineData("MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A\n-----END PUBLIC KEY-----", "not complete")]
    [InlineData("-----BEGIN PUBLIC KEY-----\nMIIB\n-----END CERTIFICATE-----", "not complete")]
    [InlineData("-----BEGINPUBLICKEY-----MIIB-----ENDPUBLICKEY-----", "not complete")]
    [InlineData("-----begin public key-----\nMIIB\n-----end public key-----", "not complete")]
    [InlineData("-----BEGIN%20PUBLIC%20KEY-----%0AMIIB%0A-----END%20PUBLIC%20KEY-----", "not complete")]
    [InlineData("BEGIN PUBLIC KEY MIIB END PUBLIC KEY", "not complete")]
    [InlineData("—–BEGIN PUBLIC KEY—–\nMIIB\n—–END PUBLIC KEY—–", "not complete")]
    [InlineData("-----BEGIN PUBLIC KEY-----\nMIIB*\n-----END PUBLIC KEY-----", "damaged")]
    [InlineData("-----BEGIN PUBLIC KEY-----nMIIBnAAAA-----END PUBLIC KEY-----", "")]
    [InlineData("ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQC7 me@host", "ssh-keygen -e -m PKCS8")]
    [InlineData("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl", "ssh-keygen")]
    [InlineData("ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTY", "ssh-keygen")]
    [InlineData("sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29t", "ssh-keygen")]
    [InlineData("no-pty ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQC7", "ssh-keygen")]
    [InlineData("AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl", "ssh-keygen")]
    [InlineData("PuTTY-User-Key-File-3: ssh-ed25519", "private key")]
    [InlineData("<RSAKeyValue><Modulus>AQAB</Modulus></RSAKeyValue>", "XML")]
    public void Should_refuse_other_keys(string text, string because) => Refuses(text, because);

    [Theory]
    [InlineData("/run/secrets/jwt_key")]
    [InlineData("/run/secrets/JWT_KEY\n")]
    [InlineData("\"/etc/mercure/k.pub\"")]
    [InlineData("/Users/Jo/k.pub")]
    [InlineData("/My Keys/k.pem")]
    [InlineData("/jwt/public")]
    [InlineData("./k.pub")]
    [InlineData("../keys/k")]
    [InlineData("~/.ssh/id_rsa")]
    [InlineData("@k.pub")]
    [InlineData("@/run/secrets/jwt_key")]
    [InlineData("k.pem")]
    [InlineData("public.key")]
    [InlineData("config/jwt/public.pem")]
    [InlineData("C:\\keys\\k.pem")]
    [InlineData("c:/keys/key")]
    [InlineData("\\\\server\\share\\key")]
    public void Should_refuse_the_path_of_a_file(string text) => Refuses(text, "this is the path of a file");

    [Theory]
    [InlineData("https://id.example.com/.well-known/jwks.json")]
    [InlineData("HTTP://id.example.com")]
    [InlineData("file:///run/secrets/key")]
    [InlineData("file:/run/secrets/key")]
    [InlineData("s3://bucket/key")]
    [InlineData("ref+vault://secret/key")]
    [InlineData("vault:secret/data/jwt#key")]
    [InlineData("arn:aws:secretsmanager:eu-west-1:1:secret:jwt")]
    [InlineData("data:application/x-pem-file;base64,AAAA")]
    public void Should_refuse_a_URL(string text) => Refuses(text, "this is a URL");

    [Theory]
    [InlineData("$(cat k.pub)")]
    [InlineData("\"$(cat k.pub)\"")]
    [InlineData("\"\\\"$(cat k.pub)\\\"\"")]
    [InlineData("$(<k.pub)")]
    [InlineData("x$(cat k.pub | base64)x")]
    [InlineData("`cat k.pub`")]
    [InlineData("${KEY}")]
    [InlineData("${KEY:-default}")]
    [InlineData("${{ secrets.JWT_KEY }}")]
    [InlineData("$${KEY}")]
    [InlineData("$KEY")]
    [InlineData("$JWT_KEY")]
    [InlineData("$jwt_key")]
    [InlineData("$env:KEY")]
    [InlineData("%KEY%")]
    [InlineData("%env(KEY)%")]
    [InlineData("%env(file:JWT_KEY)%")]
    [InlineData("{{ .Values.key }}")]
    [InlineData("{{key}}")]
    [InlineData("<%= key %>")]
    [InlineData("((jwt-key))")]
    [InlineData("#{JwtKey}#")]
    [InlineData("ENC[AES256_GCM,data:Zm9v,type:str]")]
    [InlineData("$ANSIBLE_VAULT;1.1;AES256\n6162")]
    public void Should_refuse_an_expression_that_nothing_has_replaced(string text) => Refuses(text, "this is an expression");

    [Theory]
    [InlineData("<your key>")]
    [InlineData("<JWT_KEY>")]
    [InlineData("[your key here]")]
    public void Should_refuse_a_placeholder(string text) => Refuses(text, "this is a placeholder");

    [Theory]
    [InlineData("\"{0}\"")]
    [InlineData("Bearer {0}")]
    [InlineData(" {0}\n")]
    public void Should_refuse_a_token_in_wrapping(string wrapping) =>
        Refuses(string.Format(System.Globalization.CultureInfo.InvariantCulture, wrapping, TestTokens.Publisher("*")), "this is a token (JWT)");

    [Fact]
    public void Should_refuse_a_token_that_was_cut()
    {
        var parts = TestTokens.Publisher("*").Split('.');
        Refuses($"{parts[0]}.{parts[1]}", "this is a token (JWT)");
    }

    [Theory]
    [InlineData(" \t\n")]
    [InlineData("\"\"")]
    [InlineData("' '")]
    [InlineData("\\n")]
    [InlineData("\uFEFF")]
    public void Should_refuse_wrapping_around_nothing(string text) => Refuses(text, "the key is empty");

    // What people have as secrets, to the last character
    [Theory]
    [InlineData("!ChangeThisMercureHubJWTSecretKey!")]
    [InlineData("!ChangeMe!")]
    [InlineData("$2y$10$./abcdefghijklmnopqrstuABCDEFGHIJKLMNOPQRSTUVWX0123456")]
    [InlineData("$argon2id$v=19$m=65536,t=4,p=1$c2FsdA$aGFzaA")]
    [InlineData("$ecret")]
    [InlineData("pa$$word")]
    [InlineData("example.com.key")]
    [InlineData("a.b.c")]
    [InlineData("correct horse battery staple")]
    [InlineData("the end key of a weekend key")]
    [InlineData("/9j4AAQSkZJRgABAQEAYABgAAD/2wBDAAgGBgcGBQgHBwc=")]
    [InlineData("/")]
    [InlineData("+/+/+/+/+/+/+/+/+/+/+/+/+/+/+/+/+/+/+/+/+/8=")]
    [InlineData("\"quoted, as an env file of Docker hands it on\"")]
    [InlineData("  with spaces around  ")]
    [InlineData("line\nline")]
    [InlineData("ends with a line end\n")]
    [InlineData("{not json}")]
    [InlineData("[not json]")]
    [InlineData("100%")]
    [InlineData("50%off%")]
    [InlineData("a://b c")]
    [InlineData("über-geheim ☃")]
    [InlineData("123456")]
    [InlineData("c2VjcmV0")]
    [InlineData("'")]
    public async Task Should_take_a_secret_for_a_secret(string secret)
    {
        Assert.Equal(SecretKind, TokenKey.Parse(secret).Kind);
        Assert.Null(await TestTokens.RejectionOfAsync(TestTokens.Hmac("{}", secret), secret));
    }

    [Fact]
    public void Should_take_random_secrets_of_every_alphabet_for_secrets()
    {
        var printable = string.Concat(Enumerable.Range(33, 94).Select(static c => (char)c));
        var random = new Random(2026);
        for (var round = 0; round < 1_000; round++)
        {
            var bytes = new byte[random.Next(16, 97)];
            random.NextBytes(bytes);
            string[] secrets =
            [
                Convert.ToBase64String(bytes), System.Buffers.Text.Base64Url.EncodeToString(bytes), Convert.ToHexString(bytes), Convert.ToHexStringLower(bytes),
                string.Concat(bytes.Select(b => printable[b % printable.Length])),
            ];
            Assert.All(secrets, static secret => Assert.Equal((SecretKind, secret), (TokenKey.Parse(secret).Kind, secret)));
        }
    }

    [Fact]
    public void Should_read_several_public_keys()
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = Certificate(Rsa, "CN=hub");
        var text = $"{Ecdsa.ExportSubjectPublicKeyInfoPem()}\n# the old one\n{other.ExportSubjectPublicKeyInfoPem()}{certificate.ExportCertificatePem()}".ReplaceLineEndings("\\n");

        Assert.Equal(["ES256", "ES256", "PS256, PS384, PS512, RS256, RS384, RS512"], TokenKey.ParseAll(text).Select(static key => key.Algorithms));
    }

    // Attack: the authority of a certificate, which comes with its chain, signs a token
    [Fact]
    public void Should_not_take_the_key_of_an_authority_from_a_chain()
    {
        using var root = Certificate(Rsa, "CN=root");
        using var leaf = new CertificateRequest("CN=hub", Ecdsa, HashAlgorithmName.SHA256).Create(
            root.SubjectName, X509SignatureGenerator.CreateForRSA(Rsa, RSASignaturePadding.Pkcs1), DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100), [1]);

        Assert.Equal("ES256", TokenKey.Parse($"{leaf.ExportCertificatePem()}\n{root.ExportCertificatePem()}").Algorithms);
    }

    [Fact]
    public void Should_take_two_certificates_that_signed_themselves_for_two_keys()
    {
        using var first = Certificate(Rsa, "CN=hub");
        using var rsa = RSA.Create(2048);
        using var second = Certificate(rsa, "CN=hub");

        Assert.Equal(2, TokenKey.ParseAll($"{first.ExportCertificatePem()}\n{second.ExportCertificatePem()}").Count);
    }

    [Fact]
    public void Should_refuse_several_keys_of_which_one_is_private() =>
        Refuses($"{Ecdsa.ExportSubjectPublicKeyInfoPem()}\n{Ecdsa.ExportPkcs8PrivateKeyPem()}", "private key");

    [Fact]
    public void Should_refuse_a_file_of_that_name()
    {
        using var file = new Settings.TemporaryFile("secret");
        Refuses(Path.GetRelativePath(Environment.CurrentDirectory, file.Path), "path of a file");
    }

    private static void Refuses(string text, string because)
    {
        var failure = Assert.Throws<FormatException>(() => TokenKey.ParseAll(text));
        Assert.Contains(because, failure.Message, StringComparison.Ordinal);
        if (text.Length > 4)
            Assert.DoesNotContain(text.Trim('"', '\n', ' '), failure.Message, StringComparison.Ordinal);
    }

    private static X509Certificate2 Certificate(RSA key, string subject) =>
        new CertificateRequest(subject, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(200));

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static byte[] Der(string pem) => Convert.FromBase64String(pem[PemEncoding.Find(pem).Base64Data]);
}
