using System.Text.Json;

namespace Mercure.Http.Protocol;

/// <summary>Reads claims of any shape: whoever signed the token may have put anything there.</summary>
internal static class ClaimReader
{
    /// <summary>Null when it isn't there, or is null.</summary>
    public static JsonElement? Property(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null
            ? value
            : null;

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
