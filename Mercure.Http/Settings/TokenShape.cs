using System.Buffers.Text;
using System.Text.Json;

namespace Mercure.Http.Settings;

/// <summary>Tells a token from a key: people paste the token that a tutorial shows where the key belongs.</summary>
internal static class TokenShape
{
    /// <summary>Three base64url parts (RFC 7515, section 3.1), the first a JSON object with an algorithm.</summary>
    public static bool LooksLikeToken(string text)
    {
        var parts = text.Trim().Split('.');
        return parts.Length == 3 && Array.TrueForAll(parts, static part => Base64Url.IsValid(part)) && IsHeader(parts[0]);
    }

    private static bool IsHeader(string part)
    {
        try
        {
            using var header = JsonDocument.Parse(Base64Url.DecodeFromChars(part));
            return header.RootElement.ValueKind == JsonValueKind.Object && header.RootElement.TryGetProperty("alg", out _);
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
