using System.Text.Json;
using Mercure.Actors.Authorization;
using Mercure.Actors.Matching;
using Mercure.Actors.Presence;
using Mercure.Actors.Updates;

namespace Mercure.Http.Protocol.V010;

/// <summary>What spec draft 07 says: updates are public or private, and tokens hold selectors of topics.</summary>
/// <param name="tracksSubscriptions">Whether active subscriptions are tracked.</param>
/// <param name="updateTopics">Topics that an update may have.</param>
/// <param name="subscriberTopics">Topics that a subscriber may have.</param>
internal sealed class V010Rules(bool tracksSubscriptions, int updateTopics = Limits.Topics, int subscriberTopics = Limits.Topics) : GenerationRules
{
    public override Generation Generation => Generation.V010;

    public override PublishFormRules Form { get; } = new("private", RequiresData: false, AudienceIsFlag: true, updateTopics);

    public override SubscribeQueryRules Query { get; } = new(ParseSelector, KnowsEarliest: true, subscriberTopics);

    public override Rejection NamesNotHeld => Rejections.TopicForbidden;

    /// <summary>Draft 07, Topic Selectors: the reserved <c>*</c>, a URI template, or any string.</summary>
    public static TopicSelector ParseSelector(string text) => text is "*" ? TopicSelector.All : TopicSelector.Parse(text);

    public override TokenClaims ReadClaims(JsonElement payload) => SelectorClaims.Read(payload);

    /// <summary>Draft 07, Publishers: every topic, be the update private or not.</summary>
    public override IReadOnlyList<AudienceName> NamesToHold(PublishForm form) => Audience.OfTopics(form.Topics).Names;

    public override bool IsPublic(PublishForm form) => !form.IsPrivate;

    /// <summary>Draft 07, Subscription Events: a subscription for each selector, all with the same identifier.</summary>
    public override SubscriberPresence? PresenceOf(IReadOnlyList<TopicSelector> selectors, string? payload) => tracksSubscriptions
        ? new SubscriberPresence(
            $"urn:uuid:{Guid.NewGuid()}",
            [.. selectors.Select(selector => selector.Text).Distinct(StringComparer.Ordinal).Select(text => new AnnouncedMatcher(MatcherKind.Selector, text, payload))])
        : null;
}
