using Akka.Actor;
using Akka.Dispatch;
using Akka.Event;
using Akka.Hosting.Logging;
using AkkaLevel = Akka.Event.LogLevel;

namespace Mercure.Http.Hosting.Logging;

/// <summary>
/// Carries what actors log to the hub's log. Akka.Hosting's own logger would write level, time and thread into the message,
/// which every log format has already.
/// </summary>
internal sealed class ActorLog : ReceiveActor, IRequiresMessageQueue<ILoggerMessageQueueSemantics>
{
    private const string Category = "Mercure.Actors";

    private static readonly Action<ILogger, string, Exception?> Debug = LoggerMessage.Define<string>(Microsoft.Extensions.Logging.LogLevel.Debug, 300, "{Text}");
    private static readonly Action<ILogger, string, Exception?> Info = LoggerMessage.Define<string>(Microsoft.Extensions.Logging.LogLevel.Information, 300, "{Text}");
    private static readonly Action<ILogger, string, Exception?> Warning = LoggerMessage.Define<string>(Microsoft.Extensions.Logging.LogLevel.Warning, 300, "{Text}");
    private static readonly Action<ILogger, string, Exception?> Error = LoggerMessage.Define<string>(Microsoft.Extensions.Logging.LogLevel.Error, 300, "{Text}");

    private readonly ILogger _log = Context.System.Settings.Setup.Get<LoggerFactorySetup>().Value.LoggerFactory.CreateLogger(Category);

    public ActorLog()
    {
        Receive<InitializeLogger>(_ => Sender.Tell(new LoggerInitialized()));
        Receive<LogEvent>(Write);
    }

    private void Write(LogEvent logged)
    {
        var write = logged.LogLevel() switch
        {
            AkkaLevel.DebugLevel => Debug,
            AkkaLevel.InfoLevel => Info,
            AkkaLevel.WarningLevel => Warning,
            _ => Error,
        };
        write(_log, logged.Message.ToString() ?? "", logged.Cause);
    }
}
