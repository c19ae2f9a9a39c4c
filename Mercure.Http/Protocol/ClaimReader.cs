using System.Text.Json;
using Mercure.Actors.Authorization;

namespace Mercure.Http.Protocol;

/// <summary>Reads claims of any shape: whoever signed the token may have put anything there.</summary>
internal static class ClaimReader
{
    /// <summary>Null when it isn't there, or is null.</summary>
    public static JsonElement? Property(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null
            ? value
            : null;

    /// <summary>The object that the token has under the first of these names; a rejection when it is something else.</summary>
    public static Rejection? Object(JsonElement payload, IEnumerable<string> names, out JsonElement value)
    {
        value = default;
        foreach (var name in names)
        {
            if (Property(payload, name) is not { } found)
                continue;
            value = found;
            return found.ValueKind == JsonValueKind.Object ? null : Rejections.MercureClaimMalformed(name);
        }

        return null;
    }

    /// <summary>The grant of a list of strings; none when the claim is absent, and a rejection when it is something else.</summary>
    public static (Grant Grant, Rejection? Rejection) ReadSubscribe(JsonElement mercure, Func<List<string>, Grant> grantOf)
    {
        if (Property(mercure, "subscribe") is not { } list)
            return (Grant.None, null);
        return Strings(list) is { } texts ? (grantOf(texts), null) : (Grant.None, Rejections.SubscribeClaimMalformed);
    }

    /// <summary>Null when it is not an array of strings. Their number and length are bounded by the token's.</summary>
    public static List<string>? Strings(JsonElement list)
    {
        if (list.ValueKind != JsonValueKind.Array)
            return null;

        var strings = new List<string>(list.GetArrayLength());
        foreach (var item in list.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.String)
                return null;
            strings.Add(item.GetString()!);
        }

        return strings;
    }
}
