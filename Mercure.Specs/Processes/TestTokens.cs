using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Mercure.Specs.Processes;

/// <summary>Tokens made from the RFC (7515, 7519) and not with the hub's library.</summary>
public static class TestTokens
{
    public const string Key = "!ChangeMe!";

    /// <summary>May publish to everyone.</summary>
    public static readonly string Publisher = Sign("""{"mercure":{"publish":["*"]}}""");

    public static string Sign(string claims)
    {
        var signed = $"{Encode("""{"alg":"HS256","typ":"JWT"}""")}.{Encode(claims)}";
        var signature = HMACSHA256.HashData(Encoding.UTF8.GetBytes(Key), Encoding.ASCII.GetBytes(signed));
        return $"{signed}.{Base64Url.EncodeToString(signature)}";
    }

    private static string Encode(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));
}
