using System.Text.Json;
using Mercure.Actors.Authorization;

namespace Mercure.Http.Protocol.V07;

/// <summary>
/// What a token of generation 0.7 says in its claim <c>mercure</c>: the targets its bearer may publish to, and those whose
/// updates it may read (spec draft 04, Authorization).
/// </summary>
internal static class TargetClaims
{
    public static TokenClaims Read(JsonElement payload)
    {
        var mercure = ClaimReader.Property(payload, "mercure") ?? default;
        var (publish, rejection) = ReadPublish(mercure);
        var subscribe = ClaimReader.Property(mercure, "subscribe") is { } list ? ReadTargets(list) : null;
        return new TokenClaims(publish, rejection, subscribe ?? Grant.None);
    }

    /// <summary>An absent list is not an empty one, which allows public updates.</summary>
    private static (Grant? Grant, Rejection? Rejection) ReadPublish(JsonElement mercure)
    {
        if (ClaimReader.Property(mercure, "publish") is not { } list)
            return (null, Rejections.PublishClaimMissing);
        return ReadTargets(list) is { } grant ? (grant, null) : (null, Rejections.PublishClaimMalformed);
    }

    private static Grant? ReadTargets(JsonElement list) => ClaimReader.Strings(list) is { } targets ? Grant.OfTargets(targets) : null;
}
