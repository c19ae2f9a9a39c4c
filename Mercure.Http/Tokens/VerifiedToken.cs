using Mercure.Http.Protocol;

namespace Mercure.Http.Tokens;

/// <summary>A token whose signature was good. One instance is shared by every request that presents it.</summary>
/// <param name="Claims">What the generation read of its claims.</param>
/// <param name="ExpiresAt">Its <c>exp</c>; null when it never expires.</param>
public sealed record VerifiedToken<TClaims>(TClaims Claims, DateTimeOffset? ExpiresAt);

/// <summary>A verified token, or why there is none.</summary>
public readonly record struct TokenResult<TClaims>(VerifiedToken<TClaims>? Token, Rejection? Rejection)
{
    public TokenResult(Rejection rejection)
        : this(Token: null, rejection)
    {
    }
}
