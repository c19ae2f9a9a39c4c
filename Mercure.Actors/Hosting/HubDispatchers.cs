namespace Mercure.Actors.Hosting;

/// <summary>Names of the dispatchers, as configured in <c>hocon/actors.conf</c>.</summary>
internal static class HubDispatchers
{
    /// <summary>Switchboard, subscribers and their streams: as many threads as half the cores.</summary>
    public const string Streams = "akka.actor.mercure-streams-dispatcher";
}
