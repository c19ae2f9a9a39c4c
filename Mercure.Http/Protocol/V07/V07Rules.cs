using System.Text.Json;
using Mercure.Actors.Authorization;
using Mercure.Actors.Matching;
using Mercure.Actors.Updates;

namespace Mercure.Http.Protocol.V07;

/// <summary>What spec draft 04 says: updates are for targets, of which a publisher must hold every one.</summary>
/// <param name="updateTopics">Topics that an update may have.</param>
/// <param name="subscriberTopics">Topics that a subscriber may have.</param>
internal sealed class V07Rules(int updateTopics = Limits.Topics, int subscriberTopics = Limits.Topics) : GenerationRules
{
    public override Generation Generation => Generation.V07;

    // The draft does not say whether data may be empty; the reference hub takes an empty one for a missing one
    public override PublishFormRules Form { get; } = new("target", RequiresData: true, MaxTopics: updateTopics);

    public override SubscribeQueryRules Query { get; } = new(TopicSelector.Parse, KnowsEarliest: false, subscriberTopics);

    public override Rejection NamesNotHeld => Rejections.TargetForbidden;

    public override TokenClaims ReadClaims(JsonElement payload) => TargetClaims.Read(payload);

    public override IReadOnlyList<AudienceName> NamesToHold(PublishForm form) => Audience.OfTargets(form.Audience).Names;

    public override bool IsPublic(PublishForm form) => form.Audience.Count == 0;
}
