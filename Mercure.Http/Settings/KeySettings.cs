using Mercure.Http.Tokens;

namespace Mercure.Http.Settings;

/// <summary>
/// Reads the keys of every generation. A generation is served when it has keys, and a token counts only where its key does:
/// one that is narrow in one generation would be wide in another.
/// </summary>
internal static class KeySettings
{
    private const string AcceptedUrls = "a URL such as https://id.example.com/jwks.json, or file:///etc/mercure/jwks.json of a file that is there";

    public static (V07Settings? V07, V010Settings? V010) Read(SettingsReader reader)
    {
        var v07 = ReadV07(reader);
        var v010 = ReadV010(reader);
        if (v07 is null && v010 is null && reader.Problems.Count == 0)
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
        new[] { v07.PublisherKey, v07.SubscriberKey }.Any(
            key => v010.Publisher.Key?.IsSameAs(key) == true || v010.Subscriber.Key?.IsSameAs(key) == true);

    private static V07Settings? ReadV07(SettingsReader reader)
    {
        var both = reader.Key("mercure.v07.jwt-key");
        var publisher = reader.Key("mercure.v07.publisher-jwt-key") ?? both;
        var subscriber = reader.Key("mercure.v07.subscriber-jwt-key") ?? both;
        switch (publisher, subscriber)
        {
            case (null, null):
                return null;
            case (null, _):
                reader.Reject("PUBLISHER_JWT_KEY is missing; accepted: the key of publishers' tokens there, or one for all in JWT_KEY");
                return null;
            case (_, null):
                reader.Reject("SUBSCRIBER_JWT_KEY is missing; accepted: the key of subscribers' tokens there, or one for all in JWT_KEY");
                return null;
            default:
                return new V07Settings(publisher, subscriber);
        }
    }

    private static V010Settings? ReadV010(SettingsReader reader)
    {
        var publisher = ReadRole(reader, "mercure.v010.publisher");
        var subscriber = ReadRole(reader, "mercure.v010.subscriber");
        var cookieName = reader.Parse<string>(
            "mercure.v010.cookie-name", TryParseCookieName, "1 to 64 letters, digits, dots, dashes and underscores");
        var subscriptions = reader.Flag("mercure.v010.subscriptions");
        switch (publisher, subscriber)
        {
            case (null, null):
                return null;
            case (null, _):
                reader.Reject("MERCURE_PUBLISHER_JWT_KEY is missing: the subscribers' key is set; accepted: a key there, or MERCURE_V010_PUBLISHER_JWKS_URL");
                return null;
            case (_, null):
                reader.Reject("MERCURE_SUBSCRIBER_JWT_KEY is missing: the publishers' key is set; accepted: a key there, or MERCURE_V010_SUBSCRIBER_JWKS_URL");
                return null;
            default:
                return new V010Settings(publisher, subscriber, cookieName, subscriptions);
        }
    }

    private static RoleKeys? ReadRole(SettingsReader reader, string role)
    {
        var url = reader.Text($"{role}-jwks-url");
        var key = reader.Key($"{role}-jwt-key", reader.Text($"{role}-jwt-alg"));
        if (url is null)
            return key is null ? null : new RoleKeys(key);
        if (key is not null)
            reader.Reject($"{reader.Find($"{role}-jwks-url").Name} and {reader.Find($"{role}-jwt-key").Name} are both set; accepted: one of them");
        if (IsKeySetUrl(url, out var parsed))
            return new RoleKeys(parsed);
        reader.RejectValue($"{role}-jwks-url", url, AcceptedUrls);
        return null;
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
