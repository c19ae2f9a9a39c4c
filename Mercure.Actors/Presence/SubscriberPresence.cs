namespace Mercure.Actors.Presence;

/// <summary>What a connection tells about itself where active subscriptions are tracked.</summary>
/// <param name="Subscriber">Its identifier, of this connection alone.</param>
/// <param name="Matchers">Its subscriptions, each once.</param>
public sealed record SubscriberPresence(string Subscriber, IReadOnlyList<AnnouncedMatcher> Matchers);

/// <summary>One subscription of a connection.</summary>
/// <param name="Kind">How the pattern is read.</param>
/// <param name="Pattern">As the subscriber wrote it.</param>
/// <param name="Payload">JSON to be shown to those who may see it; null for none.</param>
public readonly record struct AnnouncedMatcher(MatcherKind Kind, string Pattern, string? Payload);
