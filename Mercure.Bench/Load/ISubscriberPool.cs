namespace Mercure.Bench.Load;

/// <summary>Owns the sockets of a run's subscribers.</summary>
internal interface ISubscriberPool : IAsyncDisposable
{
    /// <summary>How many have their response head.</summary>
    int Open { get; }

    /// <summary>Ends when every subscriber has its response head.</summary>
    Task ConnectAllAsync(CancellationToken cancel);

    /// <summary>From now on those who are <see cref="SubscriberRole.Stalled"/> read like everyone else.</summary>
    void Resume();
}
