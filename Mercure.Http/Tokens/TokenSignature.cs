using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Mercure.Http.Protocol;
using Microsoft.IdentityModel.Tokens;

namespace Mercure.Http.Tokens;

/// <summary>
/// The signature of a token (RFC 7515, section 5.2). Not the library's own reader of tokens, which also refuses claims that the
/// hub never reads, and does not say which.
/// </summary>
internal static class TokenSignature
{
    /// <summary>Null when it is that of one of the keys.</summary>
    /// <param name="token">Three parts, joined by dots.</param>
    /// <param name="algorithm">The token's, for which the keys are.</param>
    /// <param name="keys">Those that count.</param>
    public static Rejection? Problem(string token, string algorithm, IEnumerable<SecurityKey> keys)
    {
        var end = token.LastIndexOf('.');
        if (Decode(token.AsSpan(end + 1)) is not { } signature)
            return Rejections.TokenMalformed;

        var signed = Encoding.ASCII.GetBytes(token, 0, end);
        return signature.Length > 0 && keys.Any(key => IsOf(key, algorithm, signed, signature)) ? null : Rejections.TokenSignature;
    }

    /// <summary>Null for what is not base64url, or has bits behind its last octet: one token must not have several spellings.</summary>
    private static byte[]? Decode(ReadOnlySpan<char> text)
    {
        try
        {
            return Base64Url.DecodeFromChars(text);
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static bool IsOf(SecurityKey key, string algorithm, byte[] signed, byte[] signature)
    {
        var provider = key.CryptoProviderFactory.CreateForVerifying(key, algorithm);
        try
        {
            return provider.Verify(signed, signature);
        }
        catch (CryptographicException)
        {
            // A signature of another length, or no point of the curve
            return false;
        }
        finally
        {
            key.CryptoProviderFactory.ReleaseSignatureProvider(provider);
        }
    }
}
