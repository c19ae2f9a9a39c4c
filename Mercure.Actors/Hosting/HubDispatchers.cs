namespace Mercure.Actors.Hosting;

/// <summary>Names of the dispatchers, as configured in <c>hocon/actors.conf</c>.</summary>
internal static class HubDispatchers
{
    /// <summary>Switchboard, subscribers and their streams: as many threads as half the cores.</summary>
    public const string Streams = "akka.actor.mercure-streams-dispatcher";

    /// <summary>The slow lane's: one thread, which does all that matching costs too much.</summary>
    public const string SlowLane = "akka.actor.mercure-slow-lane-dispatcher";
}
