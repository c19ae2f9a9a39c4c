using System.Text.Json;

namespace Mercure.Specs.Tokens;

/// <summary>Tokens of generation 0.10, signed with a key that is not that of 0.7.</summary>
internal static class V010Tokens
{
    public const string Secret = "!ChangeThisMercureHubJWTSecretKey!";

    public static string Publisher(params string[] selectors) => Of(new { publish = selectors });

    public static string Subscriber(params string[] selectors) => Of(new { subscribe = selectors });

    public static string Of(object mercure) => TestTokens.Hmac(JsonSerializer.Serialize(new { mercure }), Secret);
}
