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
        var mercure = payload.TryGetProperty("mercure", out var claim) ? claim : default;
        var publish = ReadTargets(mercure, "publish", out var isPresent);
        var subscribe = ReadTargets(mercure, "subscribe", out _);
        return new TokenClaims(
            publish,
            // An absent list is not an empty one, which allows public updates
            publish is not null ? null : isPresent ? Rejections.PublishClaimMalformed : Rejections.PublishClaimMissing,
            subscribe ?? Grant.None);
    }

    /// <summary>Null when there is no array of strings and nothing else.</summary>
    private static Grant? ReadTargets(JsonElement mercure, string name, out bool isPresent)
    {
        isPresent = false;
        if (mercure.ValueKind != JsonValueKind.Object
            || !mercure.TryGetProperty(name, out var list)
            || list.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        isPresent = true;
        if (list.ValueKind != JsonValueKind.Array)
            return null;

        var targets = new List<string>(list.GetArrayLength());
        foreach (var item in list.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.String)
                return null;
            targets.Add(item.GetString()!);
        }

        return Grant.OfTargets(targets);
    }
}
