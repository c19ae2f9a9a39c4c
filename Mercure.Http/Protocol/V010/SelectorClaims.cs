using System.Text.Json;
using Mercure.Actors.Authorization;

namespace Mercure.Http.Protocol.V010;

/// <summary>
/// What a token of generation 0.10 says in its claim <c>https://mercure.rocks/</c>, or else <c>mercure</c>: selectors of the topics
/// its bearer may publish about, of those whose private updates it may read, and a payload (spec draft 07, Authorization).
/// </summary>
internal static class SelectorClaims
{
    /// <summary>For identity providers that add claims only under a URL of their owner.</summary>
    private const string Namespaced = "https://mercure.rocks/";

    public static TokenClaims Read(JsonElement payload)
    {
        var mercure = ClaimReader.Property(payload, Namespaced) ?? ClaimReader.Property(payload, "mercure") ?? default;
        var (publish, rejection) = ReadPublish(mercure);
        var subscribe = ClaimReader.Property(mercure, "subscribe") is { } list ? ReadSelectors(list) : null;
        return new TokenClaims(publish, rejection, subscribe ?? Grant.None, ClaimReader.Property(mercure, "payload")?.GetRawText());
    }

    /// <summary>Draft 07, Publishers: who has no list, or an empty one, dispatches nothing.</summary>
    private static (Grant? Grant, Rejection? Rejection) ReadPublish(JsonElement mercure)
    {
        if (ClaimReader.Property(mercure, "publish") is not { } list)
            return (null, Rejections.PublishClaimMissing);
        return ReadSelectors(list) is not { } grant ? (null, Rejections.PublishClaimMalformed)
            : grant == Grant.None ? (null, Rejections.PublishClaimEmpty)
            : (grant, null);
    }

    private static Grant? ReadSelectors(JsonElement list) =>
        ClaimReader.Strings(list) is { } texts ? Grant.OfSelectors(texts.ConvertAll(V010Rules.ParseSelector)) : null;
}
