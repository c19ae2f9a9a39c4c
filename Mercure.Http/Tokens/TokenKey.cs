using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
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

    internal const string PrivateKeyProblem =
        "this is a private key; the hub only verifies tokens and must be given the public key, such as the output of openssl pkey -in key.pem -pubout";

    private TokenKey(string kind, bool isShort, IEnumerable<(string Algorithm, SecurityKey Key)> algorithms)
    {
        Kind = kind;
        IsShort = isShort;
        Keys = algorithms.ToFrozenDictionary(pair => pair.Algorithm, pair => pair.Key, StringComparer.Ordinal);
    }

    /// <summary>For people: what the key was read as.</summary>
    public string Kind { get; }

    /// <summary>Whether it is an HMAC secret that can be guessed: below 32 bytes. It works, and deserves a warning.</summary>
    public bool IsShort { get; }

    /// <summary>The algorithms that a token may be signed with, for people.</summary>
    public string Algorithms => string.Join(", ", Keys.Keys.Order(StringComparer.Ordinal));

    /// <summary>What verifies a signature, by algorithm.</summary>
    internal FrozenDictionary<string, SecurityKey> Keys { get; }

    /// <summary>Reads a setting that holds one key: a public key in whatever form <see cref="KeyText"/> knows, else an HMAC secret.</summary>
    /// <exception cref="FormatException">It can't be a key; the message says why and does not contain it.</exception>
    public static TokenKey Parse(string text) => ParseAll(text) is [var single] ? single : throw new FormatException("it holds several keys, and one is wanted");

    /// <summary>Reads a setting, which may hold several public keys.</summary>
    /// <exception cref="FormatException">It can't be a key; the message says why and does not contain it.</exception>
    public static IReadOnlyList<TokenKey> ParseAll(string text) => KeyText.Read(text);

    /// <summary>Reads a key of a JSON Web Key Set (RFC 7517); a secret only where <paramref name="allowSecrets"/>.</summary>
    /// <exception cref="FormatException">It can't verify tokens; the message says why.</exception>
    public static TokenKey Parse(JsonWebKey key, bool allowSecrets)
    {
        try
        {
            var parsed = key.Kty switch
            {
                JsonWebAlgorithmsKeyTypes.RSA => FromRsa(new RSAParameters
                {
                    Modulus = Base64UrlEncoder.DecodeBytes(key.N),
                    Exponent = Base64UrlEncoder.DecodeBytes(key.E),
                }),
                JsonWebAlgorithmsKeyTypes.EllipticCurve => FromEcdsa(key),
                JsonWebAlgorithmsKeyTypes.Octet when allowSecrets => FromSecret(Base64UrlEncoder.DecodeBytes(key.K)),
                JsonWebAlgorithmsKeyTypes.Octet => throw new FormatException("a secret is no key to publish"),
                _ => throw new FormatException($"a key of type {key.Kty} can't be used"),
            };
            return string.IsNullOrEmpty(key.Alg) ? parsed : parsed.For(key.Alg);
        }
        catch (Exception failure) when (failure is CryptographicException or ArgumentException)
        {
            throw new FormatException("the key can't be read", failure);
        }
    }

    /// <summary>The same key for one algorithm only.</summary>
    /// <exception cref="FormatException">The algorithm does not fit the key.</exception>
    public TokenKey For(string algorithm) => Keys.TryGetValue(algorithm, out var key)
        ? new TokenKey(Kind, IsShort, [(algorithm, key)])
        : throw new FormatException($"the algorithm {algorithm} does not fit, the key is read as {Kind}, for {Algorithms}");

    /// <summary>Whether there are tokens that both verify.</summary>
    internal bool IsSameAs(TokenKey other) => Keys.Any(pair =>
        other.Keys.TryGetValue(pair.Key, out var key) && key.ComputeJwkThumbprint().AsSpan().SequenceEqual(pair.Value.ComputeJwkThumbprint()));

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

    internal static TokenKey FromSecret(byte[] secret) => new(
        "HMAC secret",
        secret.Length < RecommendedSecretLength,
        [
            (SecurityAlgorithms.HmacSha256, new SymmetricSecurityKey(Pad(secret, HMACSHA256.HashSizeInBytes * 2))),
            (SecurityAlgorithms.HmacSha384, new SymmetricSecurityKey(Pad(secret, HMACSHA512.HashSizeInBytes * 2))),
            (SecurityAlgorithms.HmacSha512, new SymmetricSecurityKey(Pad(secret, HMACSHA512.HashSizeInBytes * 2))),
        ]);

    /// <exception cref="CryptographicException">It can't be read.</exception>
    /// <exception cref="FormatException">It can't verify tokens.</exception>
    internal static TokenKey FromPublicKey(PublicKey key)
    {
        using var rsa = key.GetRSAPublicKey();
        using var ecdsa = key.GetECDsaPublicKey();
        return rsa is not null ? FromRsa(rsa.ExportParameters(includePrivateParameters: false))
            : ecdsa is not null ? FromEcdsa(ecdsa.ExportParameters(includePrivateParameters: false))
            : throw new FormatException("the public key is neither RSA nor ECDSA");
    }

    internal static TokenKey FromRsa(RSAParameters parameters)
    {
        using var rsa = RSA.Create(parameters);
        // RFC 7518, section 3.3
        if (rsa.KeySize < 2048)
            throw new FormatException($"the RSA key has {rsa.KeySize} bits; at least 2048 are needed");

        var key = new RsaSecurityKey(parameters);
        string[] algorithms =
        [
            SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512,
            SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.RsaSsaPssSha384, SecurityAlgorithms.RsaSsaPssSha512,
        ];
        return new TokenKey("RSA public key", isShort: false, algorithms.Select(algorithm => (algorithm, (SecurityKey)key)));
    }

    private static TokenKey FromEcdsa(ECParameters parameters)
    {
        var curve = parameters.Curve.Oid?.Value switch
        {
            "1.2.840.10045.3.1.7" => JsonWebKeyECTypes.P256,
            "1.3.132.0.34" => JsonWebKeyECTypes.P384,
            "1.3.132.0.35" => JsonWebKeyECTypes.P521,
            _ => null,
        };
        return FromEcdsa(new JsonWebKey { Crv = curve, X = Base64UrlEncoder.Encode(parameters.Q.X), Y = Base64UrlEncoder.Encode(parameters.Q.Y) });
    }

    private static TokenKey FromEcdsa(JsonWebKey given)
    {
        // RFC 7518, section 3.4: each algorithm has one curve
        var (algorithm, curve) = given.Crv switch
        {
            JsonWebKeyECTypes.P256 => (SecurityAlgorithms.EcdsaSha256, ECCurve.NamedCurves.nistP256),
            JsonWebKeyECTypes.P384 => (SecurityAlgorithms.EcdsaSha384, ECCurve.NamedCurves.nistP384),
            JsonWebKeyECTypes.P521 => (SecurityAlgorithms.EcdsaSha512, ECCurve.NamedCurves.nistP521),
            _ => throw new FormatException("the curve of the ECDSA key is none of P-256, P-384 and P-521"),
        };
        // Refuses a point that isn't on the curve
        using var checkedKey = ECDsa.Create(new ECParameters
        {
            Curve = curve,
            Q = new ECPoint { X = Base64UrlEncoder.DecodeBytes(given.X), Y = Base64UrlEncoder.DecodeBytes(given.Y) },
        });
        // As a JSON Web Key, because the library then makes an ECDsa of its own for every thread
        var key = new JsonWebKey { Kty = JsonWebAlgorithmsKeyTypes.EllipticCurve, Crv = given.Crv, X = given.X, Y = given.Y };
        return new TokenKey("ECDSA public key", isShort: false, [(algorithm, key)]);
    }
}
