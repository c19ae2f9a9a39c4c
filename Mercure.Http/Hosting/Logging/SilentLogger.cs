using Akka.Event;

namespace Mercure.Http.Hosting.Logging;

/// <summary>
/// In place of the logger that Akka.NET has before the hub's log is there and after it has gone (<c>hocon/akka.conf</c>): that one writes
/// lines of its own form to standard output. What fails by then is an exception that ends the start or the stop.
/// </summary>
#pragma warning disable MA0097 // What is comparable is its base, an actor's reference
internal sealed class SilentLogger : MinimalLogger
#pragma warning restore MA0097
{
    protected override void Log(object message)
    {
    }
}
