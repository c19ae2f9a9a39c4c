using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Microsoft.IdentityModel.Tokens;

namespace Mercure.Http.Tokens;

/// <summary>
/// A key that verifies tokens, with the algorithms that fit it and no others: a public key must never serve as an HMAC
/// secret, nor a token choose to be unsigned (RFC 8725, section 3.1; CWE-347).
/// </summary>
public sealed class TokenKey
{
    /// <summary>RFC 7518, section 3.2: a secret shorter than the hash's output is weaker than the hash.</summary>
    private const int RecommendedSecretLength = 32;

    private readonly FrozenDictionary<string, TokenValidationParameters> _parameters;

    private TokenKey(string kind, bool isShort, IEnumerable<(string Algorithm, SecurityKey Key)> algorithms)
    {
        Kind = kind;
        IsShort = isShort;
        _parameters = algorithms.ToFrozenDictionary(pair => pair.Algorithm, pair => ParametersFor(pair.Algorithm, pair.Key), StringComparer.Ordinal);
        Algorithms = string.Join(", ", _parameters.Keys.Order(StringComparer.Ordinal));
    }

    /// <summary>For people: what the key was read as.</summary>
    public string Kind { get; }

    /// <summary>Whether it is an HMAC secret that can be guessed: below 32 bytes. It works, and deserves a warning.</summary>
    public bool IsShort { get; }

    /// <summary>The algorithms that a token may be signed with, for people.</summary>
    public string Algorithms { get; }

    /// <summary>
    /// Reads a setting: PEM (public key, RSA public key or certificate), else an HMAC secret, taken as UTF-8.
    /// </summary>
    /// <exception cref="FormatException">It can't be a key; the message says why and does not contain it.</exception>
    public static TokenKey Parse(string text)
    {
        if (text.Length == 0)
            throw new FormatException("the key is empty");
        if (LooksLikeToken(text))
            throw new FormatException("this is a token (JWT), not the key that tokens are signed with");

        return text.AsSpan().TrimStart().StartsWith("-----BEGIN ") ? FromPem(text) : FromSecret(Encoding.UTF8.GetBytes(text));
    }

    /// <summary>How to verify a token that says it is signed with this algorithm; null when the key does not fit it.</summary>
    internal TokenValidationParameters? ParametersFor(string algorithm) => _parameters.GetValueOrDefault(algorithm);

    /// <summary>
    /// The library wants secrets as long as the hash. RFC 2104 fills a shorter key up to the hash's block with zero bytes
    /// anyway, so that doing it here changes no signature.
    /// </summary>
    internal static byte[] Pad(byte[] secret, int blockSize)
    {
        if (secret.Length >= blockSize)
            return secret;

        var padded = new byte[blockSize];
        secret.CopyTo(padded, 0);
        return padded;
    }

    private static TokenKey FromSecret(byte[] secret) => new(
        "HMAC secret",
        secret.Length < RecommendedSecretLength,
        [
            (SecurityAlgorithms.HmacSha256, new SymmetricSecurityKey(Pad(secret, HMACSHA256.HashSizeInBytes * 2))),
            (SecurityAlgorithms.HmacSha384, new SymmetricSecurityKey(Pad(secret, HMACSHA512.HashSizeInBytes * 2))),
            (SecurityAlgorithms.HmacSha512, new SymmetricSecurityKey(Pad(secret, HMACSHA512.HashSizeInBytes * 2))),
        ]);

    private static TokenKey FromPem(string text)
    {
        // Environment files can't hold line ends, so people write them as \n
        var pem = text.Replace("\\n", "\n", StringComparison.Ordinal);
        if (!PemEncoding.TryFind(pem, out var fields))
            throw new FormatException("it begins like PEM, but is not complete");

        var label = pem[fields.Label];
        if (label.Contains("PRIVATE KEY", StringComparison.Ordinal))
            throw new FormatException("this is a private key; the hub only verifies tokens and must be given the public key");

        try
        {
            return FromPublicKey(label, Convert.FromBase64String(pem[fields.Base64Data]));
        }
        catch (CryptographicException failure)
        {
            throw new FormatException("the PEM block does not hold a key that can be read", failure);
        }
    }

    private static TokenKey FromPublicKey(string label, byte[] content)
    {
        if (label is "RSA PUBLIC KEY")
        {
            using var pkcs1 = RSA.Create();
            pkcs1.ImportRSAPublicKey(content, out _);
            return FromRsa(pkcs1);
        }

        using var certificate = label is "CERTIFICATE" ? X509CertificateLoader.LoadCertificate(content) : null;
        var key = certificate?.PublicKey ?? (label is "PUBLIC KEY"
            ? PublicKey.CreateFromSubjectPublicKeyInfo(content, out _)
            : throw new FormatException($"a PEM block {label} is not a public key; PUBLIC KEY, RSA PUBLIC KEY and CERTIFICATE are accepted"));

        using var rsa = key.GetRSAPublicKey();
        using var ecdsa = key.GetECDsaPublicKey();
        return rsa is not null ? FromRsa(rsa)
            : ecdsa is not null ? FromEcdsa(ecdsa)
            : throw new FormatException("the public key is neither RSA nor ECDSA");
    }

    private static TokenKey FromRsa(RSA rsa)
    {
        // RFC 7518, section 3.3
        if (rsa.KeySize < 2048)
            throw new FormatException($"the RSA key has {rsa.KeySize} bits; at least 2048 are needed");

        var key = new RsaSecurityKey(rsa.ExportParameters(includePrivateParameters: false));
        string[] algorithms =
        [
            SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512,
            SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.RsaSsaPssSha384, SecurityAlgorithms.RsaSsaPssSha512,
        ];
        return new TokenKey("RSA public key", isShort: false, algorithms.Select(algorithm => (algorithm, (SecurityKey)key)));
    }

    private static TokenKey FromEcdsa(ECDsa ecdsa)
    {
        var parameters = ecdsa.ExportParameters(includePrivateParameters: false);
        // RFC 7518, section 3.4: each algorithm has one curve
        var (algorithm, curve) = parameters.Curve.Oid.Value switch
        {
            "1.2.840.10045.3.1.7" => (SecurityAlgorithms.EcdsaSha256, JsonWebKeyECTypes.P256),
            "1.3.132.0.34" => (SecurityAlgorithms.EcdsaSha384, JsonWebKeyECTypes.P384),
            "1.3.132.0.35" => (SecurityAlgorithms.EcdsaSha512, JsonWebKeyECTypes.P521),
            _ => throw new FormatException("the curve of the ECDSA key is none of P-256, P-384 and P-521"),
        };
        // As a JSON Web Key, because the library then makes an ECDsa of its own for every thread
        var key = new JsonWebKey
        {
            Kty = JsonWebAlgorithmsKeyTypes.EllipticCurve,
            Crv = curve,
            X = Base64UrlEncoder.Encode(parameters.Q.X),
            Y = Base64UrlEncoder.Encode(parameters.Q.Y),
        };
        return new TokenKey("ECDSA public key", isShort: false, [(algorithm, key)]);
    }

    private static TokenValidationParameters ParametersFor(string algorithm, SecurityKey key) => new()
    {
        IssuerSigningKey = key,
        ValidAlgorithms = [algorithm],
        RequireSignedTokens = true,
        // The token says "kid" of a key set that generation 0.7 does not have: the one key is tried whatever it says
        TryAllIssuerSigningKeys = true,
        // Checked by TokenVerifier, with the hub's clock
        ValidateLifetime = false,
        RequireExpirationTime = false,
        // Generation 0.7 knows neither
        ValidateIssuer = false,
        ValidateAudience = false,
    };

    private static bool LooksLikeToken(string text)
    {
        var parts = text.Trim().Split('.');
        if (parts.Length != 3)
            return false;

        try
        {
            using var header = JsonDocument.Parse(Base64UrlEncoder.DecodeBytes(parts[0]));
            return header.RootElement.ValueKind == JsonValueKind.Object && header.RootElement.TryGetProperty("alg", out _);
        }
        catch (Exception failure) when (failure is FormatException or JsonException)
        {
            return false;
        }
    }
}
