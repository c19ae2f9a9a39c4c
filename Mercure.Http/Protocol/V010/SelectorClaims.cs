using System.Text.Json;
using Mercure.Actors.Authorization;
using Mercure.Actors.Matching;

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
        var mercure = Property(payload, Namespaced) ?? Property(payload, "mercure") ?? default;
        var (publish, rejection) = ReadPublish(mercure);
        var subscribe = Property(mercure, "subscribe") is { } list ? ReadSelectors(list) : null;
        return new TokenClaims(publish, rejection, subscribe ?? Grant.None, Property(mercure, "payload")?.GetRawText());
    }

    /// <summary>Draft 07, Publishers: who has no list, or an empty one, dispatches nothing.</summary>
    private static (Grant? Grant, Rejection? Rejection) ReadPublish(JsonElement mercure)
    {
        if (Property(mercure, "publish") is not { } list)
            return (null, Rejections.PublishClaimMissing);
        return ReadSelectors(list) is not { } grant ? (null, Rejections.PublishClaimMalformed)
            : grant == Grant.None ? (null, Rejections.PublishClaimEmpty)
            : (grant, null);
    }

    /// <summary>Null when it is not an array of strings. Their number and length are bounded by the token's.</summary>
    private static Grant? ReadSelectors(JsonElement list)
    {
        if (list.ValueKind != JsonValueKind.Array)
            return null;

        var selectors = new List<TopicSelector>(list.GetArrayLength());
        foreach (var item in list.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.String)
                return null;
            selectors.Add(V010Rules.ParseSelector(item.GetString()!));
        }

        return Grant.OfSelectors(selectors);
    }

    /// <summary>Null when it isn't there, or is null.</summary>
    private static JsonElement? Property(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null
            ? value
            : null;
}
