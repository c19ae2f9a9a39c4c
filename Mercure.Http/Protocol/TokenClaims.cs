using Mercure.Actors.Authorization;

namespace Mercure.Http.Protocol;

/// <summary>What a token says, whatever its generation: what its bearer may publish and read.</summary>
/// <param name="Publish">
/// Null when the token can't publish, for the reason in <paramref name="PublishRejection"/>.
/// </param>
/// <param name="Subscribe">Public updates alone when the claim is absent: such a token proves nothing else.</param>
/// <param name="Payload">JSON that the token attaches to its bearer's subscriptions; null for none, and in generation 0.7.</param>
/// <param name="SubscribeRejection">
/// Set when the claim is there in another form: its bearer wants something, and would wait for it on a silent stream.
/// </param>
internal sealed record TokenClaims(
    Grant? Publish, Rejection? PublishRejection, Grant Subscribe, string? Payload = null, Rejection? SubscribeRejection = null)
{
    /// <summary>A token that counts for neither role.</summary>
    public static TokenClaims Refused(Rejection rejection) => new(Publish: null, rejection, Grant.None, Payload: null, rejection);
}
