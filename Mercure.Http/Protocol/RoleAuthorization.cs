using System.Text.Json;
using Mercure.Http.Tokens;

namespace Mercure.Http.Protocol;

/// <summary>The token of a request, for one of the two roles.</summary>
internal sealed class RoleAuthorization(TokenSource source, ITokenKeys keys, Func<JsonElement, TokenClaims> readClaims, TimeProvider clock)
{
    private readonly TokenVerifier _verifier = new(keys, readClaims, clock);

    /// <summary>The verified token; <see cref="Rejections.TokenMissing"/> when none was presented.</summary>
    public ValueTask<TokenResult> AuthorizeAsync(HttpRequest request)
    {
        var presented = source.Find(request);
        if (presented.IsAbsent)
            return new(new TokenResult(Rejections.TokenMissing));

        return presented.Rejection is { } rejection
            ? new(new TokenResult(rejection))
            : _verifier.VerifyAsync(presented.Text);
    }
}
