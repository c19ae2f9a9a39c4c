using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Mercure.Bench.Http;

/// <summary>An HS256 token that may publish and read everything: <c>*</c> means so in every generation (spec drafts 04 and 07, Authorization).</summary>
internal static class Jwt
{
    public static string Mint(string key)
    {
        var signed = $"{Encode("""{"alg":"HS256","typ":"JWT"}"""u8)}.{Encode("""{"mercure":{"publish":["*"],"subscribe":["*"]}}"""u8)}";
        var signature = HMACSHA256.HashData(Encoding.UTF8.GetBytes(key), Encoding.ASCII.GetBytes(signed));
        return $"{signed}.{Encode(signature)}";
    }

    private static string Encode(ReadOnlySpan<byte> bytes) => Base64Url.EncodeToString(bytes);
}
