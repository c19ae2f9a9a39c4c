using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Mercure.Http.Protocol;
using Mercure.Http.Protocol.V07;
using Mercure.Http.Tokens;

namespace Mercure.Specs.Tokens;

/// <summary>Tokens made by hand, so that the hub's library does not judge its own work, and bad ones can be made.</summary>
internal static class TestTokens
{
    public const string Secret = "!UnsecureChangeMe!";

    public static string Hmac(string payload, string secret = Secret, string algorithm = "HS256") =>
        Sign($$"""{"alg":"{{algorithm}}","typ":"JWT"}""", payload, text => HmacOf(algorithm, Encoding.UTF8.GetBytes(secret), text));

    public static string Sign(string header, string payload, Func<byte[], byte[]> sign)
    {
        var text = $"{Encode(header)}.{Encode(payload)}";
        return $"{text}.{Base64Url.EncodeToString(sign(Encoding.ASCII.GetBytes(text)))}";
    }

    public static byte[] HmacOf(string algorithm, byte[] secret, byte[] text) => algorithm switch
    {
        "HS256" => HMACSHA256.HashData(secret, text),
        "HS384" => HMACSHA384.HashData(secret, text),
        "HS512" => HMACSHA512.HashData(secret, text),
        _ => throw new ArgumentOutOfRangeException(nameof(algorithm), algorithm, message: null),
    };

    public static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));

    public static string Publisher(params string[] targets) =>
        Hmac($$$"""{"mercure":{"publish":{{{System.Text.Json.JsonSerializer.Serialize(targets)}}}}}""");

    public static string Subscriber(params string[] targets) =>
        Hmac($$$"""{"mercure":{"subscribe":{{{System.Text.Json.JsonSerializer.Serialize(targets)}}}}}""");

    internal static TokenVerifier Verifier(string key = Secret, TimeProvider? clock = null) =>
        new(KeySet.Of(TokenKey.Parse(key)), TargetClaims.Read, clock ?? TimeProvider.System);

    internal static async Task<Rejection?> RejectionOfAsync(string token, string key = Secret, TimeProvider? clock = null) =>
        (await Verifier(key, clock).VerifyAsync(token.AsMemory())).Rejection;
}

/// <summary>A clock that stands still until it is moved.</summary>
internal class ManualClock(DateTimeOffset now) : TimeProvider
{
    public DateTimeOffset Now { get; set; } = now;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => Now;

    public override long GetTimestamp() => Now.Ticks;
}
