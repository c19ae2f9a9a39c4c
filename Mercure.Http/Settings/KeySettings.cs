using Mercure.Http.Tokens;

namespace Mercure.Http.Settings;

/// <summary>
/// Reads the keys of every generation. A generation is served when it has keys, and a token counts only where its key does:
/// one that is narrow in one generation would be wide in another.
/// </summary>
internal static class KeySettings
{
    private const string V07Key = "mercure.v07.jwt-key";
    private const string V07Algorithm = "mercure.v07.jwt-alg";
    private const string AcceptedUrls = "a URL such as https://id.example.com/jwks.json, or file:///etc/mercure/jwks.json of a file that is there";

    public static (V07Settings? V07, V010Settings? V010) Read(SettingsReader reader)
    {
        var problems = reader.Problems.Count;
        var v07 = ReadV07(reader);
        var v010 = ReadV010(reader);
        if (v07 is null && v010 is null && reader.Problems.Count == problems)
        {
            reader.Reject(
                "there is no key to verify tokens with; accepted: MERCURE_PUBLISHER_JWT_KEY and MERCURE_SUBSCRIBER_JWT_KEY (or their "
                + "JWKS URLs) for the protocol's generations 0.10 to 0.24, JWT_KEY (or PUBLISHER_JWT_KEY and SUBSCRIBER_JWT_KEY) for "
                + "generation 0.7, or both ways to serve both");
        }

        if (!reader.Flag("mercure.allow-shared-keys") && v07 is not null && v010 is not null && Share(v07, v010))
        {
            reader.Reject(
                "a key of generation 0.7 is also one of generation 0.10 (its value is not shown): a token made for one would count in "
                + "the other, where it may allow more; accepted: different keys, or MERCURE_ALLOW_SHARED_KEYS=1 if that is meant");
        }

        return (v07, v010);
    }

    private static bool Share(V07Settings v07, V010Settings v010) =>
        v07.Publisher.Keys.Concat(v07.Subscriber.Keys).Any(key => v010.Publisher.Keys.Concat(v010.Subscriber.Keys).Any(key.IsSameAs));

    private static V07Settings? ReadV07(SettingsReader reader)
    {
        var both = RoleSetting.Read(reader, V07Key, V07Algorithm);
        var publisher = ReadV07Role(reader, "publisher", both);
        var subscriber = ReadV07Role(reader, "subscriber", both);
        if (publisher.IsSet != subscriber.IsSet)
        {
            reader.Reject(publisher.IsSet
                ? "SUBSCRIBER_JWT_KEY is missing; accepted: the key of subscribers' tokens there, or one for all in JWT_KEY"
                : "PUBLISHER_JWT_KEY is missing; accepted: the key of publishers' tokens there, or one for all in JWT_KEY");
        }

        return publisher.Keys is not null && subscriber.Keys is not null ? new V07Settings(publisher.Keys, subscriber.Keys) : null;
    }

    /// <summary>A key of its own, or the common one with an algorithm of its own, or what is for both roles.</summary>
    private static RoleSetting ReadV07Role(SettingsReader reader, string role, RoleSetting both)
    {
        var algorithm = $"mercure.v07.{role}-jwt-alg";
        var own = RoleSetting.Read(reader, $"mercure.v07.{role}-jwt-key", algorithm, V07Algorithm);
        return own.IsSet ? own
            : reader.Find(algorithm).IsDefault ? both
            : RoleSetting.Read(reader, V07Key, algorithm);
    }

    private static V010Settings? ReadV010(SettingsReader reader)
    {
        var publisher = ReadRole(reader, "mercure.v010.publisher");
        var subscriber = ReadRole(reader, "mercure.v010.subscriber");
        var cookieName = reader.Parse<string>(
            "mercure.v010.cookie-name", TryParseCookieName, "1 to 64 letters, digits, dots, dashes and underscores");
        var subscriptions = reader.Flag("mercure.v010.subscriptions");
        if (publisher.IsSet != subscriber.IsSet)
        {
            reader.Reject(publisher.IsSet
                ? "MERCURE_SUBSCRIBER_JWT_KEY is missing: the publishers' key is set; accepted: a key there, or MERCURE_V010_SUBSCRIBER_JWKS_URL"
                : "MERCURE_PUBLISHER_JWT_KEY is missing: the subscribers' key is set; accepted: a key there, or MERCURE_V010_PUBLISHER_JWKS_URL");
        }

        return publisher.Keys is not null && subscriber.Keys is not null
            ? new V010Settings(publisher.Keys, subscriber.Keys, cookieName, subscriptions)
            : null;
    }

    private static RoleSetting ReadRole(SettingsReader reader, string role)
    {
        var key = RoleSetting.Read(reader, $"{role}-jwt-key", $"{role}-jwt-alg");
        var found = reader.FindSecret($"{role}-jwks-url");
        if (found.IsDefault)
            return key;
        if (key.IsSet)
            reader.Reject($"{found.Name} and {key.Name} are both set; accepted: one of them");
        if (reader.Secret($"{role}-jwks-url") is not { } url)
            return new RoleSetting(found.Name, IsSet: true, Keys: null);
        if (IsKeySetUrl(url, out var parsed))
            return new RoleSetting(found.Name, IsSet: true, new RoleKeys(parsed, reader.Text($"{role}-jwt-alg")));
        reader.Reject($"{found.Name} is \"{OneLine.Of(RedactedUrl.Of(url))}\"; accepted: {AcceptedUrls}");
        return new RoleSetting(found.Name, IsSet: true, Keys: null);
    }

    private static bool IsKeySetUrl(string text, out Uri url) =>
        Uri.TryCreate(text, UriKind.Absolute, out url!)
        && (url.IsFile ? text.StartsWith("file://", StringComparison.OrdinalIgnoreCase) && File.Exists(url.LocalPath) : url.Scheme is "http" or "https")
        && url.UserInfo.Length == 0;

    private static bool TryParseCookieName(string text, out string name)
    {
        name = text;
        return text.Length is >= 1 and <= 64 && text.All(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_');
    }
}
