using Mercure.Actors.Presence;

namespace Mercure.Http.Protocol.V010;

/// <summary>
/// URLs of subscriptions (Active Subscriptions): expansions of <c>/.well-known/mercure/subscriptions/{topic}/{subscriber}</c>, in
/// which every reserved character is percent-encoded (RFC 6570, 3.2.2).
/// </summary>
internal static class SubscriptionUrls
{
    public const string All = "/.well-known/mercure/subscriptions";

    public static string Of(ActiveSubscription subscription) => Of(subscription.Pattern, subscription.Subscriber);

    public static string Of(string? topic, string? subscriber = null) =>
        topic is null ? All
        : subscriber is null ? $"{All}/{Uri.EscapeDataString(topic)}"
        : $"{All}/{Uri.EscapeDataString(topic)}/{Uri.EscapeDataString(subscriber)}";

    /// <summary>
    /// What a path asks for; it must be as it was sent, since a server decodes all but <c>%2F</c>, and <c>%252F</c> could not be told
    /// from it. False for a path that is no such URL.
    /// </summary>
    public static bool TryParse(string rawPath, out string? topic, out string? subscriber)
    {
        topic = subscriber = null;
        if (!rawPath.StartsWith(All, StringComparison.Ordinal))
            return false;

        var segments = rawPath[All.Length..].Split('/');
        // The first is what stands between the word and the first slash.
        if (segments[0].Length > 0 || segments.Length > 3 || segments.Skip(1).Any(segment => segment.Length == 0))
            return false;

        topic = segments.Length > 1 ? Uri.UnescapeDataString(segments[1]) : null;
        subscriber = segments.Length > 2 ? Uri.UnescapeDataString(segments[2]) : null;
        return true;
    }
}
