using System.Text.Json;
using Microsoft.IdentityModel.Tokens;

namespace Mercure.Http.Tokens;

/// <summary>A JSON Web Key, or a set of them (RFC 7517), as the text of a setting. Its keys verify every token, whatever key that names.</summary>
internal static class JwkText
{
    /// <summary>Null when it is none.</summary>
    /// <param name="text">Without white space around it.</param>
    /// <param name="refuseOther">Whether other JSON is refused.</param>
    /// <exception cref="FormatException">It is one that can't be used.</exception>
    public static IReadOnlyList<TokenKey>? Read(string text, bool refuseOther)
    {
        if (!text.StartsWith('{') && !text.StartsWith('['))
            return null;

        var json = text.StartsWith("{\\\"", StringComparison.Ordinal) ? text.Replace("\\\"", "\"", StringComparison.Ordinal) : text;
        try
        {
            using var document = JsonDocument.Parse(json);
            return Read(document.RootElement)
                ?? (refuseOther ? throw new FormatException("this is JSON, but neither a JSON Web Key nor a set of them") : null);
        }
        catch (JsonException failure)
        {
            return json.Contains("\"kty\"", StringComparison.Ordinal) ? throw new FormatException("the JSON Web Key is not complete", failure) : null;
        }
        catch (ArgumentException failure)
        {
            throw new FormatException("the JSON Web Key can't be read", failure);
        }
    }

    private static List<TokenKey>? Read(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object)
            return null;
        if (json.TryGetProperty("kty", out _))
            return [Read(new JsonWebKey(json.GetRawText()))];
        if (!json.TryGetProperty("keys", out var set) || set.ValueKind != JsonValueKind.Array)
            return null;

        var keys = JsonWebKeySet.Create(json.GetRawText()).Keys.Where(static key => key.Use is null or "" or "sig").Select(Read).ToList();
        return keys.Count > 0 ? keys : throw new FormatException("the JSON Web Key Set holds no key that tokens can be verified with");
    }

    private static TokenKey Read(JsonWebKey key) => string.IsNullOrEmpty(key.D)
        ? TokenKey.Parse(key, allowSecrets: true)
        : throw new FormatException(TokenKey.PrivateKeyProblem);
}
