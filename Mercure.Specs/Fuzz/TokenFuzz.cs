using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Mercure.Http.Protocol.V010;
using Mercure.Http.Protocol.V07;
using Mercure.Http.Tokens;
using Mercure.Specs.Tokens;
using Xunit;

namespace Mercure.Specs.Fuzz;

/// <summary>
/// A token as it is presented, which is never good; and a header and a payload, a line each, with a good signature, which reaches
/// what lies behind it. Good then is what an unsuspicious reader finds good, and stays so.
/// </summary>
internal static class TokenFuzz
{
    private static readonly TokenVerifier[] Verifiers =
    [
        new(KeySet.Of(TokenKey.Parse(TestTokens.Secret)), TargetClaims.Read, TimeProvider.System),
        new(KeySet.Of(TokenKey.Parse(TestTokens.Secret)), SelectorClaims.Read, TimeProvider.System),
    ];

    public static void Fuzz(ReadOnlySpan<byte> input)
    {
        var text = Encoding.Latin1.GetString(input);
        var lines = Encoding.UTF8.GetString(input).Split('\n', 2);
        var signed = TestTokens.Sign(lines[0], lines.ElementAtOrDefault(1) ?? "{}", static octets => HMACSHA256.HashData(Encoding.UTF8.GetBytes(TestTokens.Secret), octets));
        foreach (var verifier in Verifiers)
        {
            Assert.NotNull(Verify(verifier, text).Rejection);
            var result = Verify(verifier, signed);
            Assert.Equal(result.Rejection, Verify(verifier, signed).Rejection);
            if (result.Token is not null)
                AssertIsSound(lines[0]);
        }
    }

    private static TokenResult Verify(TokenVerifier verifier, string token) => verifier.VerifyAsync(token.AsMemory()).AsTask().GetAwaiter().GetResult();

    private static void AssertIsSound(string header)
    {
        using var parsed = JsonDocument.Parse(header);
        Assert.Equal("HS256", parsed.RootElement.GetProperty("alg").GetString());
        Assert.False(parsed.RootElement.TryGetProperty("crit", out _));
    }
}
