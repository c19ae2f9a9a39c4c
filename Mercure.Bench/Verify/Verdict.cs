namespace Mercure.Bench.Verify;

/// <summary>What an event is to the subscriber that received it.</summary>
internal enum Verdict
{
    Good,

    /// <summary>Received before, by the same subscriber.</summary>
    Duplicate,

    /// <summary>After an update that was published later, or in another order than another subscriber of the topic.</summary>
    OutOfOrder,

    /// <summary>The hub gave its id to another update before.</summary>
    RepeatedId,

    /// <summary>Another subscriber got it with another id, or its publisher had given it another.</summary>
    OtherId,
}
