using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;
using Mercure.Http.Protocol;

namespace Mercure.Http.Tokens;

/// <summary>
/// Verifies tokens in compact serialization (RFC 7515) for one role, with its keys, and remembers the good ones until
/// they expire: a publisher sends the same token thousands of times a second. Bad ones are verified again each time.
/// </summary>
/// <param name="keys">The keys of the role.</param>
/// <param name="readClaims">What the generation makes of the payload; called once per token, never with a bad signature.</param>
/// <param name="clock">
/// For <c>exp</c> and <c>nbf</c>, both to the instant: whoever issues tokens that count at once gives <c>nbf</c> the slack
/// that its clocks need, and a stream ends when its token says.
/// </param>
internal sealed class TokenVerifier(ITokenKeys keys, Func<JsonElement, TokenClaims> readClaims, TimeProvider clock)
{
    /// <summary>Some 10 MB with tokens of 300 characters.</summary>
    public const int CacheCapacity = 10_000;

    private static readonly SearchValues<char> Alphabet =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.");

    /// <summary>RFC 7519, section 4: of two members of one name, another reader may take the other one.</summary>
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    /// <summary>The years 1 to 9999, in seconds since 1970.</summary>
    private const double Earliest = -62_135_596_800, Latest = 253_402_300_800;

    internal TokenCache<VerifiedToken> Cache { get; } = new(CacheCapacity);

    public ValueTask<TokenResult> VerifyAsync(ReadOnlyMemory<char> text)
    {
        if (keys.Current is not { } current || !Cache.TryGet(text.Span, out var known) || known.Keys != current)
            return VerifyNewAsync(text);

        return known.ExpiresAt <= clock.GetUtcNow()
            ? new(new TokenResult(Rejections.TokenExpired(known.ExpiresAt.Value)))
            : new(new TokenResult(known, Rejection: null));
    }

    private async ValueTask<TokenResult> VerifyNewAsync(ReadOnlyMemory<char> text)
    {
        if (ReadHeader(text.Span, out var header) is { } malformed)
            return new TokenResult(malformed);
        if (await keys.GetAsync() is not { IsEmpty: false } set)
            return new TokenResult(Rejections.KeysUnavailable);
        if (!set.Knows(header.KeyId))
            set = await keys.FindAsync(header.KeyId!) ?? set;
        if (set.KeysFor(header.Algorithm, header.KeyId) is not { } candidates)
            return new TokenResult(set.Knows(header.KeyId) ? Rejections.TokenAlgorithm(set.Algorithms) : Rejections.TokenKeyUnknown);

        var token = text.ToString();
        if (TokenSignature.Problem(token, header.Algorithm, candidates) is { } unproven)
            return new TokenResult(unproven);

        var result = ReadPayload(token, set);
        if (result.Token is not null)
            Cache.Add(token, result.Token);
        return result;
    }

    /// <summary>Everything that is decided before the signature is looked at.</summary>
    private static Rejection? ReadHeader(ReadOnlySpan<char> text, out TokenHeader read)
    {
        read = default;
        if (text.Length > Limits.TokenLength)
            return Rejections.TokenTooLong;
        // Five parts would be an encrypted token (RFC 7516)
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

            // RFC 7515, section 4.1.11
            if (header.RootElement.TryGetProperty("crit", out _))
                return Rejections.TokenCritical;
            read = new TokenHeader(
                algorithm.GetString()!,
                header.RootElement.TryGetProperty("kid", out var kid) && kid.ValueKind == JsonValueKind.String ? kid.GetString() : null);
            return null;
        }
        catch (Exception failure) when (failure is FormatException or JsonException or InvalidOperationException)
        {
            return Rejections.TokenMalformed;
        }
    }

    private TokenResult ReadPayload(string token, KeySet set)
    {
        var text = token.AsSpan(token.IndexOf('.', StringComparison.Ordinal) + 1);
        try
        {
            using var payload = JsonDocument.Parse(Base64Url.DecodeFromChars(text[..text.IndexOf('.')]), Strict);
            return ReadPayload(payload.RootElement, set);
        }
        catch (Exception failure) when (failure is FormatException or JsonException or InvalidOperationException)
        {
            return new TokenResult(Rejections.TokenMalformed);
        }
    }

    private TokenResult ReadPayload(JsonElement payload, KeySet set)
    {
        if (ReadTime(payload, "exp", out var expiresAt) is { } noExpiry)
            return new TokenResult(noExpiry);
        if (ReadTime(payload, "nbf", out var notBefore) is { } noStart)
            return new TokenResult(noStart);

        var now = clock.GetUtcNow();
        // RFC 7519, 4.1.4 and 4.1.5: "on or after" exp it has expired, "after or equal" nbf it is valid
        if (expiresAt <= now)
            return new TokenResult(Rejections.TokenExpired(expiresAt.Value));
        if (notBefore > now)
            return new TokenResult(Rejections.TokenNotYetValid(notBefore.Value));

        return new(new VerifiedToken(readClaims(payload), expiresAt, set), Rejection: null);
    }

    /// <summary>A NumericDate of RFC 7519, which may have a fraction and lie before 1970. It may be absent, or null, which says as much.</summary>
    private static Rejection? ReadTime(JsonElement payload, string name, out DateTimeOffset? time)
    {
        time = null;
        if (!payload.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
            return null;
        if (value.ValueKind != JsonValueKind.Number || value.GetDouble() is not (>= Earliest and < Latest and var seconds))
            return Rejections.TokenTimeMalformed(name);

        time = DateTimeOffset.UnixEpoch.AddTicks((long)(seconds * TimeSpan.TicksPerSecond));
        return null;
    }

    /// <summary>What a token says of its signature (RFC 7515, 4.1.1 and 4.1.4).</summary>
    private readonly record struct TokenHeader(string Algorithm, string? KeyId);
}
