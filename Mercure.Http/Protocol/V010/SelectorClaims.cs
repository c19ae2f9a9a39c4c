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

    private static readonly string[] Names = [Namespaced, "mercure"];

    public static TokenClaims Read(JsonElement payload)
    {
        if (ClaimReader.Object(payload, Names, out var mercure) is { } malformed)
            return TokenClaims.Refused(malformed);

        var (publish, rejection) = ReadPublish(mercure);
        var (subscribe, subscribeRejection) = ClaimReader.ReadSubscribe(mercure, GrantOf);
        return new TokenClaims(publish, rejection, subscribe, ClaimReader.Property(mercure, "payload")?.GetRawText(), subscribeRejection);
    }

    /// <summary>Draft 07, Publishers: who has no list, or an empty one, dispatches nothing.</summary>
    private static (Grant? Grant, Rejection? Rejection) ReadPublish(JsonElement mercure)
    {
        if (ClaimReader.Property(mercure, "publish") is not { } list)
            return (null, Rejections.PublishClaimMissing);
        return ClaimReader.Strings(list) is not { } texts ? (null, Rejections.PublishClaimMalformed)
            : texts.Count == 0 ? (null, Rejections.PublishClaimEmpty)
            : (GrantOf(texts), null);
    }

    private static Grant GrantOf(List<string> texts) => Grant.OfSelectors(texts.ConvertAll(V010Rules.ParseSelector));
}
