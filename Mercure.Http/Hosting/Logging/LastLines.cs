using Akka.Event;

namespace Mercure.Http.Hosting.Logging;

/// <summary>
/// What actors log before <see cref="ActorLog"/> is there and after it has ended, which Akka writes to standard output in a form of its
/// own: errors only, since nothing else there is worth a line that is not in the log's format. Named by <c>hocon/akka.conf</c>.
/// </summary>
#pragma warning disable MA0097 // It is a reference of an actor, which nobody compares
internal sealed class LastLines : StandardOutLogger
{
    protected override void Log(object message)
    {
        if (message is Error)
            base.Log(message);
    }
}
