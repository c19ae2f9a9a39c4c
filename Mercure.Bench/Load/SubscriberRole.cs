namespace Mercure.Bench.Load;

/// <summary>What a subscriber of a run is there for.</summary>
internal enum SubscriberRole
{
    /// <summary>Reads a topic that is published to, and is measured.</summary>
    Reader,

    /// <summary>The same, but reads nothing from its response head to the end of publishing, and its latencies don't count.</summary>
    Stalled,

    /// <summary>Subscribes to what nobody publishes to, and must receive nothing.</summary>
    Bystander,
}
