using Mercure.Actors;
using Mercure.Actors.Subscribers;
using Mercure.Actors.Updates;

namespace Mercure.Http.Hosting;

/// <summary>Stands where the core will be registered, so that the host starts without it.</summary>
internal sealed class HubToCome : IHub
{
    private const string Reason = "this build has no core";

    public Task<PublishResult> PublishAsync(Update update) => Task.FromResult<PublishResult>(new PublishResult.Unavailable(Reason));

    public Task<StreamEnd> SubscribeAsync(Subscription subscription) => Task.FromResult(StreamEnd.Refused);

    public Task<HubHealth> CheckHealthAsync() => Task.FromResult(new HubHealth(Reason));
}
