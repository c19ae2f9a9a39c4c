using Akka.Actor;
using Akka.Dispatch;
using Akka.Event;
using Akka.Hosting.Logging;
using AkkaLevel = Akka.Event.LogLevel;
using HostLevel = Microsoft.Extensions.Logging.LogLevel;

namespace Mercure.Http.Hosting.Logging;

/// <summary>
/// Carries what actors log to the hub's log. Akka.Hosting's own logger would write level, time and thread into the message,
/// which every log format has already.
/// </summary>
internal sealed class ActorLog : ReceiveActor, IRequiresMessageQueue<ILoggerMessageQueueSemantics>
{
    private const string Category = "Mercure.Actors";
    private const int EventId = 300;

    private readonly AkkaLines _lines = new(TimeProvider.System);
    private readonly ILogger _log = Context.System.Settings.Setup.Get<LoggerFactorySetup>().Value.LoggerFactory.CreateLogger(Category);

    public ActorLog()
    {
        Receive<InitializeLogger>(_ => Sender.Tell(new LoggerInitialized()));
        Receive<LogEvent>(Write);
    }

    private void Write(LogEvent logged)
    {
        if (_lines.Of(logged) is not { } line)
            return;

        var level = line.Level switch
        {
            AkkaLevel.DebugLevel => HostLevel.Debug,
            AkkaLevel.InfoLevel => HostLevel.Information,
            AkkaLevel.WarningLevel => HostLevel.Warning,
            _ => HostLevel.Error,
        };
        // The text is all there is: a template would make a field of it, which the JSON formats would write a second time
        if (_log.IsEnabled(level))
            _log.Log(level, EventId, line.Text, line.Cause, static (text, _) => text);
    }
}
