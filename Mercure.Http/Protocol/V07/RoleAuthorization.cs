using Mercure.Http.Tokens;

namespace Mercure.Http.Protocol.V07;

/// <summary>The token of a request, for one of the two roles.</summary>
internal sealed class RoleAuthorization(TokenSource source, string key, TimeProvider clock)
{
    private readonly TokenVerifier<TargetClaims> _verifier = new(TokenKey.Parse(key), TargetClaims.Read, clock);

    /// <summary>The verified token; <see cref="Rejections.TokenMissing"/> when none was presented.</summary>
    public ValueTask<TokenResult<TargetClaims>> AuthorizeAsync(HttpRequest request)
    {
        var presented = source.Find(request);
        if (presented.IsAbsent)
            return new(new TokenResult<TargetClaims>(Rejections.TokenMissing));

        return presented.Rejection is { } rejection
            ? new(new TokenResult<TargetClaims>(rejection))
            : _verifier.VerifyAsync(presented.Text);
    }
}
