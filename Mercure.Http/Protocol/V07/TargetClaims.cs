using System.Text.Json;
using Mercure.Actors.Authorization;

namespace Mercure.Http.Protocol.V07;

/// <summary>
/// What a token of generation 0.7 says in its claim <c>mercure</c>: the targets its bearer may publish to, and those whose
/// updates it may read (spec draft 04, Authorization).
/// </summary>
internal static class TargetClaims
{
    private static readonly string[] Names = ["mercure"];

    public static TokenClaims Read(JsonElement payload)
    {
        if (ClaimReader.Object(payload, Names, out var mercure) is { } malformed)
            return TokenClaims.Refused(malformed);

        var (publish, rejection) = ReadPublish(mercure);
        var (subscribe, subscribeRejection) = ClaimReader.ReadSubscribe(mercure, GrantOf);
        return new TokenClaims(publish, rejection, subscribe, Payload: null, subscribeRejection);
    }

    /// <summary>An absent list is not an empty one, which allows public updates.</summary>
    private static (Grant? Grant, Rejection? Rejection) ReadPublish(JsonElement mercure)
    {
        if (ClaimReader.Property(mercure, "publish") is not { } list)
            return (null, Rejections.PublishClaimMissing);
        return ClaimReader.Strings(list) is { } targets ? (GrantOf(targets), null) : (null, Rejections.PublishClaimMalformed);
    }

    private static Grant GrantOf(List<string> targets) => Grant.OfTargets(targets);
}
