namespace Mercure.Bench.Load;

/// <summary>One scenario.</summary>
internal sealed record RunSettings
{
    public required Uri Url { get; init; }

    /// <summary>Where updates are published, when not there: another node of the same hub.</summary>
    public Uri? PublishUrl { get; init; }

    public int Subscribers { get; init; }

    /// <summary>Subscribers, beside the others, that read nothing until publishing ends.</summary>
    public int Stalled { get; init; }

    /// <summary>Subscribers, beside the others, of topics that nobody publishes to.</summary>
    public int Bystanders { get; init; }

    /// <summary>Their topic or template; <c>#</c> stands for the number of each.</summary>
    public string BystanderTopic { get; init; } = "";

    /// <summary>Updates that are published while all subscribers are away, before they come back with their last ids.</summary>
    public long Missed { get; init; }

    /// <summary>Keep-alive connections that publish, each with one publish in flight.</summary>
    public int Publishers { get; init; } = 1;

    /// <summary>Publishes a second over all connections (open loop); 0: as fast as answers come (closed loop).</summary>
    public double Rate { get; init; }

    /// <summary>A publish stays in flight until every subscriber has it.</summary>
    public bool Lockstep { get; init; }

    public int Topics { get; init; } = 1;

    public int Payload { get; init; } = 200;

    /// <summary>Of generation 0.7.</summary>
    public string? Target { get; init; }

    /// <summary>Of generation 0.10.</summary>
    public bool IsPrivate { get; init; }

    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(10);

    public TimeSpan Warmup { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How long to wait for what is under way when publishing has ended.</summary>
    public TimeSpan Drain { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Between the last subscriber's response head and the first publish: some hubs answer before the subscription counts.</summary>
    public TimeSpan Settle { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Publishers give each update an id of their own.</summary>
    public bool OwnIds { get; init; }

    /// <summary>Publish this many and stop; 0: for the duration.</summary>
    public long Count { get; init; }

    public string? PublisherToken { get; init; }

    public string? SubscriberToken { get; init; }

    /// <summary>Subscriber connections a second; 0: as fast as possible.</summary>
    public double Ramp { get; init; }

    public bool Gzip { get; init; }

    public bool Insecure { get; init; }

    /// <summary>The server's processes; what is measured is their sum.</summary>
    public IReadOnlyList<int> Pids { get; init; } = [];

    /// <summary>All connections that subscribe.</summary>
    public int Connections => Subscribers + Stalled + Bystanders;
}
