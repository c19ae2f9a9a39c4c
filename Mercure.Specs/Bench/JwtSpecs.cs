using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Mercure.Bench.Http;
using Xunit;

namespace Mercure.Specs.Bench;

public sealed class JwtSpecs
{
    [Fact]
    public void Should_sign_a_token_for_every_target_with_hs256()
    {
        var parts = Jwt.Mint("key").Split('.');

        Assert.Equal("""{"alg":"HS256","typ":"JWT"}""", Decode(parts[0]));
        Assert.Equal("""{"mercure":{"publish":["*"],"subscribe":["*"]}}""", Decode(parts[1]));
        Assert.Equal(HMACSHA256.HashData("key"u8, Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}")), Base64Url.DecodeFromChars(parts[2]));
    }

    private static string Decode(string part) => Encoding.UTF8.GetString(Base64Url.DecodeFromChars(part));
}
