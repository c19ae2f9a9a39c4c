using System.Data.Common;
using Akka.Actor;
using Akka.Dispatch;
using Akka.Event;
using Akka.Hosting.Logging;
using Mercure.Http.Settings;
using AkkaLevel = Akka.Event.LogLevel;
using HostLevel = Microsoft.Extensions.Logging.LogLevel;

namespace Mercure.Http.Hosting.Logging;

/// <summary>
/// Carries what actors log to the hub's log. Akka.Hosting's own logger would write level, time and thread into the message,
/// which every log format has already.
/// </summary>
internal sealed class ActorLog : ReceiveActor, IRequiresMessageQueue<ILoggerMessageQueueSemantics>
{
    private const int EventId = 300;

    private static readonly TimeSpan FlushTimeout = TimeSpan.FromSeconds(1);

    private readonly AkkaLines _lines = new(TimeProvider.System);
    private readonly ILoggerFactory _loggers = Context.System.Settings.Setup.Get<LoggerFactorySetup>().Value.LoggerFactory;

    public ActorLog()
    {
        Receive<InitializeLogger>(_ => Sender.Tell(new LoggerInitialized()));
        Receive<LogEvent>(Write);
    }

    /// <summary>What actors have to send here: below it, they don't make a text.</summary>
    public static AkkaLevel LowestLevel(LogLevels levels) =>
        new[] { levels.Of(LogArea.Actors), levels.Of(LogArea.Journal), levels.Of(LogArea.Cluster) }.Min() switch
        {
            <= HostLevel.Debug => AkkaLevel.DebugLevel,
            HostLevel.Information => AkkaLevel.InfoLevel,
            HostLevel.Warning => AkkaLevel.WarningLevel,
            _ => AkkaLevel.ErrorLevel,
        };

    /// <summary>Completes when what actors have logged before is written: they don't wait for their lines.</summary>
    public static async Task FlushAsync(ActorSystem system)
    {
        try
        {
            await system.ActorSelection($"/system/log*-{nameof(ActorLog)}").ResolveOne(FlushTimeout);
        }
        catch (ActorNotFoundException)
        {
            // The user's own file has put another logger in its place
        }
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
        var log = _loggers.CreateLogger(LogCategories.Of(logged.LogClass));
        if (!log.IsEnabled(level))
            return;

        // Where a database is away, a stack trace at each attempt says nothing more
        if (line.Cause is DbException away && !log.IsEnabled(HostLevel.Debug))
            log.Log(level, EventId, $"{line.Text}: {Reason(away)}", exception: null, AsIs);
        else
            log.Log(level, EventId, line.Text, line.Cause, AsIs);
    }

    /// <summary>The text is all there is: a template would make a field of it, which the JSON formats would write a second time.</summary>
    private static string AsIs(string text, Exception? cause) => text;

    private static string Reason(Exception cause) =>
        cause.InnerException is null || cause.Message.Contains(cause.InnerException.Message, StringComparison.Ordinal)
            ? cause.Message.ReplaceLineEndings(" ")
            : $"{cause.Message.ReplaceLineEndings(" ")} ({Reason(cause.InnerException)})";
}
