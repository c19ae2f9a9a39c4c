using System.Text.Json;
using Mercure.Actors.Authorization;
using Mercure.Actors.Matching;
using Mercure.Actors.Presence;
using Mercure.Actors.Updates;

namespace Mercure.Http.Protocol;

/// <summary>
/// What one generation of the protocol says differently from the others. The flow of a request is the same in all of them, and
/// is in <see cref="PublishEndpoint"/>, <see cref="SubscribeEndpoint"/> and <see cref="GenerationEndpoint"/>.
/// </summary>
internal abstract class GenerationRules
{
    public abstract Generation Generation { get; }

    public abstract PublishFormRules Form { get; }

    public abstract SubscribeQueryRules Query { get; }

    /// <summary>The refusal of who does not hold every one of <see cref="NamesToHold"/>.</summary>
    public abstract Rejection NamesNotHeld { get; }

    /// <summary>What the payload of a token with a good signature says.</summary>
    public abstract TokenClaims ReadClaims(JsonElement payload);

    /// <summary>The names for each of which a publisher needs a matcher; the audience, unless the update is public.</summary>
    public abstract IReadOnlyList<AudienceName> NamesToHold(PublishForm form);

    public abstract bool IsPublic(PublishForm form);

    /// <summary>What is told of a subscriber with these selectors and a token that says this; null where nothing is.</summary>
    public virtual SubscriberPresence? PresenceOf(IReadOnlyList<TopicSelector> selectors, string? payload) => null;
}
