using Mercure.Actors.Log;
using Mercure.Actors.Updates;

namespace Mercure.Actors.Protocol;

/// <summary>Between a gateway and the topic matcher.</summary>
internal static class PublishProtocol
{
    /// <summary>
    /// Gateway → matcher: store these, in this order. Sent again under the same token until it is answered; stored once.
    /// Answered by <see cref="RequestStored"/> or <see cref="RequestFailed"/>.
    /// </summary>
    public sealed record StoreRequest(string Hub, RequestToken Token, IReadOnlyList<Update> Updates) : IHubMessage;

    /// <summary>Matcher → gateway: committed; the ids in the order of the updates.</summary>
    public sealed record RequestStored(string Hub, RequestToken Token, IReadOnlyList<string> Ids) : IHubMessage;

    /// <summary>Matcher → gateway: the journal refused or did not answer; the updates may be stored all the same.</summary>
    public sealed record RequestFailed(string Hub, RequestToken Token, string Reason) : IHubMessage;

    /// <summary>Health check → matcher: answered by <see cref="Ready"/> once, and only while, it can write.</summary>
    public sealed record GetReady(string Hub) : IHubMessage;

    /// <summary>Matcher → health check.</summary>
    public sealed record Ready(string Hub) : IHubMessage;
}
