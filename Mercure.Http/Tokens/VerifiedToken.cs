using Mercure.Http.Protocol;

namespace Mercure.Http.Tokens;

/// <summary>A token whose signature was good. One instance is shared by every request that presents it.</summary>
/// <param name="Claims">What the generation read of its claims.</param>
/// <param name="ExpiresAt">Its <c>exp</c>; null when it never expires.</param>
/// <param name="Keys">What verified it: when other keys count, it has to be verified again.</param>
internal sealed record VerifiedToken(TokenClaims Claims, DateTimeOffset? ExpiresAt, KeySet Keys);

/// <summary>A verified token, or why there is none.</summary>
internal readonly record struct TokenResult(VerifiedToken? Token, Rejection? Rejection)
{
    public TokenResult(Rejection rejection)
        : this(Token: null, rejection)
    {
    }
}
