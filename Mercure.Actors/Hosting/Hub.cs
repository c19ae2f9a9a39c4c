using Akka.Actor;
using Mercure.Actors.Catchup;
using Mercure.Actors.Gateway;
using Mercure.Actors.Live;
using Mercure.Actors.Presence;
using Mercure.Actors.Protocol;
using Mercure.Actors.Subscribers;
using Mercure.Actors.Updates;

namespace Mercure.Actors.Hosting;

/// <summary>The actors behind <see cref="IHub"/>. Made before the actor system, so that adapters can be given it.</summary>
public sealed class Hub : IHub
{
    private static readonly TimeSpan HealthTimeout = TimeSpan.FromSeconds(1);

    private const string NotStarted = "The hub is starting.";

    private Actors? _actors;

    /// <inheritdoc/>
    public Task<PublishResult> PublishAsync(Update update)
    {
        if (_actors is not { } actors)
            return Task.FromResult<PublishResult>(new PublishResult.Unavailable(NotStarted));
        if (RuleBrokenBy(update, actors) is { } rule)
            return Task.FromResult<PublishResult>(new PublishResult.Rejected(rule));

        var promise = new TaskCompletionSource<PublishResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        actors.Gateway.Tell(new PublishGateway.Publish(update, promise), ActorRefs.NoSender);
        return promise.Task;
    }

    /// <inheritdoc/>
    public Task<StreamEnd> SubscribeAsync(Subscription subscription)
    {
        if (_actors is not { } actors)
            return Task.FromResult(StreamEnd.Refused);

        var ended = new TaskCompletionSource<StreamEnd>(TaskCreationOptions.RunContinuationsAsynchronously);
        actors.Subscribers.Tell(new SubscriberSupervisor.Open(subscription, ended), ActorRefs.NoSender);
        return ended.Task;
    }

    /// <inheritdoc/>
    public Task<SubscriptionsResult> GetSubscriptionsAsync(SubscriptionQuery query) => _actors is { } actors
        ? new SubscriptionReader(actors.Options.Name, actors.Matcher).ReadAsync(query)
        : Task.FromResult<SubscriptionsResult>(new SubscriptionsResult.Unavailable(NotStarted));

    /// <inheritdoc/>
    public async Task<HubHealth> CheckHealthAsync()
    {
        if (_actors is not { } actors)
            return new HubHealth(NotStarted);

        if (!await WaitUntilReadyAsync(HealthTimeout))
            return new HubHealth("The log is not open.");

        return await KeepsUpAsync(actors.Switchboard) ? await ProbeAsync(actors.Store) : new HubHealth("Updates are delivered late: the switchboard is busy.");
    }

    /// <summary>Completes when the log is open, so that a publish would succeed.</summary>
    public async Task WaitUntilOpenAsync(CancellationToken cancellation = default)
    {
        // A writer that fails to open the log forgets who waits
        while (!await WaitUntilReadyAsync(HealthTimeout))
            cancellation.ThrowIfCancellationRequested();
    }

    /// <summary>Whether the writer can write; waits for that no longer than this.</summary>
    internal async Task<bool> WaitUntilReadyAsync(TimeSpan patience)
    {
        using var timeout = new CancellationTokenSource(patience);
        try
        {
            await Started.Matcher.Ask<PublishProtocol.Ready>(new PublishProtocol.GetReady(Started.Options.Name), timeout.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>
    /// Ends every stream, evenly over some time; completes when all have ended, and their ends are in the log where they are tracked,
    /// or the timeout after it is up.
    /// </summary>
    public async Task StopStreamsAsync(TimeSpan timeout, TimeSpan over = default)
    {
        if (_actors is not { } actors)
            return;

        using var timeUp = new CancellationTokenSource(over + timeout);
        await actors.Subscribers.Ask<SubscriberSupervisor.AllStopped>(new SubscriberSupervisor.StopAll(over), timeUp.Token);
        if (actors.Presence is { } presence)
            await presence.Ask<NodePresence.Settled>(NodePresence.GetSettled.Instance, timeUp.Token);
    }

    internal void Start(
        HubOptions options,
        IHubStore store,
        IActorRef matcher,
        IActorRef gateway,
        IActorRef switchboard,
        IActorRef subscribers,
        long? largestUpdate = null,
        IActorRef? presence = null) =>
        _actors = new Actors(options, store, matcher, gateway, switchboard, subscribers, largestUpdate, presence);

    private Actors Started => _actors ?? throw new InvalidOperationException("The hub has not been started.");

    private static UpdateRule? RuleBrokenBy(Update update, Actors actors) =>
        UpdateRules.Check(update, actors.Options.Reservations, actors.Options.MaxTopics, actors.Options.LargestRequest)
        ?? (actors.LargestUpdate is { } largest && !WireLimits.Fits(update, largest) ? UpdateRules.TooLarge : null);

    /// <summary>Whether the switchboard comes to a question within the time that a health check has.</summary>
    private static async Task<bool> KeepsUpAsync(IActorRef switchboard)
    {
        using var timeout = new CancellationTokenSource(HealthTimeout);
        try
        {
            await switchboard.Ask<Switchboard.State>(Switchboard.GetState.Instance, timeout.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private static async Task<HubHealth> ProbeAsync(IHubStore store)
    {
        using var timeout = new CancellationTokenSource(HealthTimeout);
        try
        {
            await Task.Run(() => store.ProbeAsync(timeout.Token), timeout.Token).WaitAsync(timeout.Token);
            return HubHealth.Healthy;
        }
        catch (OperationCanceledException e)
        {
            return new HubHealth("The journal does not answer.", e);
        }
        catch (Exception e)
        {
            return new HubHealth("The journal can't be written.", e);
        }
    }

    private sealed record Actors(HubOptions Options, IHubStore Store, IActorRef Matcher, IActorRef Gateway, IActorRef Switchboard, IActorRef Subscribers, long? LargestUpdate, IActorRef? Presence);
}
