using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;
using Mercure.Http.Protocol;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Mercure.Http.Tokens;

/// <summary>
/// Verifies tokens in compact serialization (RFC 7515) for one role, which has one key, and remembers the good ones until
/// they expire: a publisher sends the same token thousands of times a second. Bad ones are verified again each time.
/// </summary>
/// <param name="key">The key of the role.</param>
/// <param name="readClaims">What the generation makes of the payload; called once per token, never with a bad signature.</param>
/// <param name="clock">
/// For <c>exp</c> and <c>nbf</c>, both to the instant: whoever issues tokens that count at once gives <c>nbf</c> the slack
/// that its clocks need, and a stream ends when its token says.
/// </param>
internal sealed class TokenVerifier<TClaims>(TokenKey key, Func<JsonElement, TClaims> readClaims, TimeProvider clock)
{
    /// <summary>Some 10 MB with tokens of 300 characters.</summary>
    public const int CacheCapacity = 10_000;

    private static readonly SearchValues<char> Alphabet =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.");

    /// <summary>RFC 7519, section 4: of two members of one name, another reader may take the other one.</summary>
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    private static readonly JsonWebTokenHandler Handler = new() { MapInboundClaims = false, SetDefaultTimesOnTokenCreation = false };

    private readonly Rejection _wrongAlgorithm = Rejections.TokenAlgorithm(key.Algorithms);

    internal TokenCache<VerifiedToken<TClaims>> Cache { get; } = new(CacheCapacity);

    public ValueTask<TokenResult<TClaims>> VerifyAsync(ReadOnlyMemory<char> text)
    {
        if (!Cache.TryGet(text.Span, out var known))
            return VerifyNewAsync(text);

        return known.ExpiresAt <= clock.GetUtcNow()
            ? new(new TokenResult<TClaims>(Rejections.TokenExpired(known.ExpiresAt.Value)))
            : new(new TokenResult<TClaims>(known, Rejection: null));
    }

    private async ValueTask<TokenResult<TClaims>> VerifyNewAsync(ReadOnlyMemory<char> text)
    {
        if (ReadHeader(text.Span, out var parameters) is { } malformed)
            return new TokenResult<TClaims>(malformed);

        var token = text.ToString();
        var validation = await Handler.ValidateTokenAsync(token, parameters);
        if (!validation.IsValid)
            return new TokenResult<TClaims>(Explain(validation.Exception));

        var result = ReadPayload(token);
        if (result.Token is not null)
            Cache.Add(token, result.Token);
        return result;
    }

    /// <summary>Everything that is decided before the signature is looked at.</summary>
    private Rejection? ReadHeader(ReadOnlySpan<char> text, out TokenValidationParameters? parameters)
    {
        parameters = null;
        if (text.Length > Limits.TokenLength)
            return Rejections.TokenTooLong;
        // Five parts would be an encrypted token (RFC 7516), which the library would gladly decrypt
        if (text.ContainsAnyExcept(Alphabet) || text.Count('.') != 2)
            return Rejections.TokenMalformed;

        try
        {
            using var header = JsonDocument.Parse(Base64Url.DecodeFromChars(text[..text.IndexOf('.')]), Strict);
            if (header.RootElement.ValueKind != JsonValueKind.Object
                || !header.RootElement.TryGetProperty("alg", out var algorithm)
                || algorithm.ValueKind != JsonValueKind.String)
            {
                return Rejections.TokenMalformed;
            }

            // RFC 7515, section 4.1.11; the library does not look at it
            if (header.RootElement.TryGetProperty("crit", out _))
                return Rejections.TokenCritical;
            parameters = key.ParametersFor(algorithm.GetString()!);
            return parameters is null ? _wrongAlgorithm : null;
        }
        catch (Exception failure) when (failure is FormatException or JsonException or InvalidOperationException)
        {
            return Rejections.TokenMalformed;
        }
    }

    private TokenResult<TClaims> ReadPayload(string token)
    {
        var text = token.AsSpan(token.IndexOf('.', StringComparison.Ordinal) + 1);
        try
        {
            using var payload = JsonDocument.Parse(Base64Url.DecodeFromChars(text[..text.IndexOf('.')]), Strict);
            return ReadPayload(payload.RootElement);
        }
        catch (Exception failure) when (failure is FormatException or JsonException or InvalidOperationException)
        {
            return new TokenResult<TClaims>(Rejections.TokenMalformed);
        }
    }

    private TokenResult<TClaims> ReadPayload(JsonElement payload)
    {
        if (!TryReadTime(payload, "exp", out var expiresAt) || !TryReadTime(payload, "nbf", out var notBefore))
            return new TokenResult<TClaims>(Rejections.TokenMalformed);

        var now = clock.GetUtcNow();
        // RFC 7519, 4.1.4 and 4.1.5: "on or after" exp it has expired, "after or equal" nbf it is valid
        if (expiresAt <= now)
            return new TokenResult<TClaims>(Rejections.TokenExpired(expiresAt.Value));
        if (notBefore > now)
            return new TokenResult<TClaims>(Rejections.TokenNotYetValid(notBefore.Value));

        return new(new VerifiedToken<TClaims>(readClaims(payload), expiresAt), Rejection: null);
    }

    /// <summary>A NumericDate of RFC 7519, which may have a fraction. Absent is fine, anything else than a number is not.</summary>
    private static bool TryReadTime(JsonElement payload, string name, out DateTimeOffset? time)
    {
        time = null;
        if (!payload.TryGetProperty(name, out var value))
            return true;
        if (value.ValueKind != JsonValueKind.Number)
            return false;

        var seconds = Math.Clamp(value.GetDouble(), DateTimeOffset.MinValue.ToUnixTimeSeconds(), DateTimeOffset.MaxValue.ToUnixTimeSeconds());
        time = DateTimeOffset.UnixEpoch.AddTicks((long)(seconds * TimeSpan.TicksPerSecond));
        return true;
    }

    /// <summary>The library's own texts name keys: for the log, the type says enough.</summary>
    private static Rejection Explain(Exception? failure) => failure switch
    {
        SecurityTokenInvalidSignatureException or SecurityTokenInvalidAlgorithmException => Rejections.TokenSignature,
        _ => Rejections.TokenMalformed with { Detail = failure?.GetType().Name },
    };
}
